import type { z } from 'zod';
import type { BackendEvent } from '../../../shared/contract/jobs.ts';
import type { JobProgress } from '../../../shared/entities.ts';
import type { Library } from '../../library/db.ts';
import type { JobChange } from '../../library/jobs.ts';

/** Jobs of one lane run one after another; lanes run beside each other. */
export const LANES = ['gpu', 'disk'] as const;
export type Lane = (typeof LANES)[number];

/** What a running job has to hand. `signal` aborts when the job should stop after the batch it is in. */
export interface JobContext<Parameters> {
  readonly library: Library;
  readonly parameters: Parameters;
  readonly signal: AbortSignal;
  /** The engine's own entry file, for workers and short tasks of the job. */
  readonly engineEntry: string;
  /** Says how far the job is; written at most a few times a second. */
  progress(progress: JobProgress): void;
  /** Says at once which provider, dataset or run the job is about. */
  note(change: Pick<JobChange, 'provider' | 'datasetId' | 'runId'>): void;
}

/**
 * A kind of long work. `run` commits as it goes, so that running the same parameters again goes on where it stopped;
 * it resolves to the job's result, or throws CancelledError once `signal` has aborted.
 */
export interface JobKind<Parameters> {
  readonly kind: string;
  readonly lane: Lane;
  readonly parametersSchema: z.ZodType<Parameters>;
  /** The lists that the job changes in the library. */
  readonly changes: readonly Extract<BackendEvent, { type: 'changed' }>['what'][];
  title(library: Library, parameters: Parameters): string;
  /** What stays when the process dies in the middle, and how to go on. */
  readonly kept: string;
  run(context: JobContext<Parameters>): Promise<unknown>;
}
