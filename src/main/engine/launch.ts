import { type ChildProcess, fork } from 'node:child_process';
import { CancelledError, EngineError, fromErrorRecord } from '../../shared/errors.ts';
import type { EngineMessage, EngineOrder } from './messages.ts';

/** How much of a dead process's last words an error repeats. */
const LAST_WORDS = 2000;

/** An engine process and the tail of what it wrote to stderr. */
export interface EngineProcess {
  readonly child: ChildProcess;
  lastWords(): string;
}

/** Starts an engine process on one order; `engineEntry` is process.ts or its build. Its stdout goes nowhere. */
export function launchEngine(engineEntry: string, order: EngineOrder): EngineProcess {
  const env = process.versions.electron === undefined ? process.env : { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  const child = fork(engineEntry, [JSON.stringify(order)], {
    execArgv: [],
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-LAST_WORDS);
  });
  return { child, lastWords: () => tail.trim() };
}

/** In words, how a process ended: its exit code or the signal that ended it. */
export function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}

/**
 * Runs one short task in an engine process of its own, so that an abort of native code or a hang ends only that
 * process. Rejects with the task's own error, with EngineError when the process dies or takes too long, and with
 * CancelledError when `signal` has aborted and the process is gone.
 */
export function runTask(
  engineEntry: string,
  task: string,
  input: unknown,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<unknown> {
  if (signal?.aborted) return Promise.reject(new CancelledError());
  return new Promise((resolve, reject) => {
    const { child, lastWords } = launchEngine(engineEntry, { type: 'task', task, input });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new EngineError(`The engine did not finish “${task}” within ${timeoutMs / 1000} seconds.`));
    }, timeoutMs);
    const cancel = (): void => void child.kill('SIGKILL');
    signal?.addEventListener('abort', cancel, { once: true });
    child.on('message', (message) => {
      const said = message as EngineMessage;
      if (said.type === 'result') resolve(said.result);
      if (said.type === 'failure') reject(fromErrorRecord(said.error));
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new EngineError(`The engine could not be started: ${error.message}`, {}, error));
    });
    child.on('close', (code, killedBy) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      if (signal?.aborted) reject(new CancelledError());
      const words = lastWords();
      reject(
        new EngineError(
          `The engine died during “${task}” (${describeExit(code, killedBy)})${words === '' ? '.' : `: ${words}`}`,
        ),
      );
    });
  });
}
