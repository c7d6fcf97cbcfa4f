import { Worker } from 'node:worker_threads';
import { EngineError } from '../../shared/errors.ts';
import type { ModelInput } from '../../shared/model-spec.ts';
import type { DecodeWorkerData, FaceBatch } from './decode-worker.ts';

/** How many batches are decoded or being decoded while one runs. */
const AHEAD = 2;

export interface FaceBatchesOptions {
  readonly libraryFile: string;
  readonly input: ModelInput;
  readonly engineEntry: string;
  /** The ids of the next batch after a sample id, ascending; empty at the end. */
  nextIds(afterId: number): readonly number[];
}

/**
 * Decoded batches in ascending order of sample id. A worker thread decodes the next ones while the caller's session
 * blocks this thread. Ends the worker when the caller stops iterating. Throws EngineError if the worker fails.
 */
export async function* faceBatches(options: FaceBatchesOptions): AsyncGenerator<FaceBatch, void, undefined> {
  const workerData: DecodeWorkerData = { libraryFile: options.libraryFile, input: options.input };
  const worker = new Worker(options.engineEntry, { workerData });
  const replies = repliesOf(worker);
  let afterId = 0;
  let asked = 0;
  const askAhead = (): void => {
    while (asked < AHEAD) {
      const ids = options.nextIds(afterId);
      if (ids.length === 0) return;
      worker.postMessage(ids);
      asked += 1;
      afterId = ids.at(-1)!;
    }
  };
  try {
    askAhead();
    while (asked > 0) {
      const batch = await replies.next();
      asked -= 1;
      askAhead();
      yield batch;
    }
  } finally {
    await worker.terminate();
  }
}

function repliesOf(worker: Worker): { next(): Promise<FaceBatch> } {
  const ready: FaceBatch[] = [];
  let failure: EngineError | null = null;
  let wake = (): void => {};
  worker.on('message', (batch: FaceBatch) => {
    ready.push(batch);
    wake();
  });
  worker.on('error', (error) => {
    failure = new EngineError(`Decoding failed: ${error instanceof Error ? error.message : String(error)}`, {}, error);
    wake();
  });
  return {
    async next() {
      while (ready.length === 0) {
        if (failure !== null) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return ready.shift()!;
    },
  };
}
