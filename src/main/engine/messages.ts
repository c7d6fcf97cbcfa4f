import type { Job } from '../../shared/entities.ts';
import type { ErrorRecord } from '../../shared/errors.ts';

/** What an engine process is started for, given to it as JSON in its first argument. */
export type EngineOrder =
  | { readonly type: 'job'; readonly libraryFile: string; readonly jobId: number }
  | { readonly type: 'task'; readonly task: string; readonly input: unknown };

/** `cancel` is a person's wish, `stop` the backend going away; both stop the job after the batch it is in. */
export type EngineCommand = { readonly type: 'cancel' } | { readonly type: 'stop' };

/** What an engine process says to the one that started it. */
export type EngineMessage =
  | { readonly type: 'job'; readonly job: Job }
  | { readonly type: 'result'; readonly result: unknown }
  | { readonly type: 'failure'; readonly error: ErrorRecord };
