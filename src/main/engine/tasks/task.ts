import type { z } from 'zod';

/** Short work that an engine process does and answers; long work is a job. A new one is a file and a line in index.ts. */
export interface Task<Input> {
  readonly name: string;
  readonly input: z.ZodType<Input>;
  /** The answer crosses a process boundary: plain JSON. */
  readonly perform: (input: Input) => Promise<unknown>;
}

/** A task whose input is checked before it is performed. */
export interface CheckedTask {
  readonly name: string;
  readonly perform: (input: unknown) => Promise<unknown>;
}

export const checked = <Input>({ name, input, perform }: Task<Input>): CheckedTask => ({
  name,
  perform: (given) => perform(input.parse(given)),
});
