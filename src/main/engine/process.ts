import { isMainThread } from 'node:worker_threads';
import { toErrorRecord } from '../../shared/errors.ts';
import { runDecodeWorker } from './decode-worker.ts';
import { runJob } from './job-process.ts';
import type { EngineMessage, EngineOrder } from './messages.ts';
import { say } from './say.ts';
import { performTask } from './tasks/index.ts';

/** The engine: one process for one job or one short task, and in its worker threads the decoding of faces. */
async function main(): Promise<void> {
  const order = JSON.parse(process.argv[2] ?? 'null') as EngineOrder | null;
  if (order === null || process.send === undefined) throw new Error('The engine is started by the backend.');
  // A terminal's Ctrl-C reaches the whole process group; the backend decides what it means.
  process.on('SIGINT', () => {});
  await say(await perform(order));
  process.exit(0);
}

async function perform(order: EngineOrder): Promise<EngineMessage> {
  if (order.type === 'job') return { type: 'job', job: await runJob(order, process.argv[1]!) };
  try {
    return { type: 'result', result: await performTask(order.task, order.input) };
  } catch (error) {
    return { type: 'failure', error: toErrorRecord(error) };
  }
}

if (isMainThread) await main();
else runDecodeWorker();
