import type { Logger } from 'pino';

import type { SystemInfo } from '../../shared/contract/system.ts';
import type { Library } from '../library/db.ts';
import type { SimilarFaces } from '../library/similar.ts';
import type { Views } from '../library/views.ts';
import type { BackendEvents } from './events.ts';
import type { JobRunner } from './job-runner.ts';
import type { LabelWatch } from './label-watch.ts';
import type { Measuring } from './measuring.ts';

/** Which program the backend serves. */
export type Host = SystemInfo['host'];

/** Everything a handler may use; made once by `createBackend` and handed to each call. */
export interface BackendContext {
  readonly host: Host;
  readonly version: string;
  readonly library: Library;
  readonly views: Views;
  readonly similar: SimilarFaces;
  readonly measuring: Measuring;
  readonly jobs: JobRunner;
  readonly labelWatch: LabelWatch;
  readonly events: BackendEvents;
  readonly engineEntry: string;
  readonly log: Logger;
}
