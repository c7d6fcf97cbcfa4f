import { UsageError } from '../../../shared/errors.ts';
import { inspect } from './inspect.ts';
import { probe } from './probe.ts';
import { runNetCase } from './run-case.ts';
import type { CheckedTask } from './task.ts';

/** Every task of an engine process. */
const TASKS: readonly CheckedTask[] = [probe, inspect, runNetCase];

/** Does one short task by name, in this process. Throws UsageError for a name that is none. */
export function performTask(name: string, input: unknown): Promise<unknown> {
  const task = TASKS.find((entry) => entry.name === name);
  if (task === undefined) throw new UsageError(`The engine has no task “${name}”.`);
  return task.perform(input);
}
