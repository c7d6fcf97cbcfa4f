import { EngineError, type ErrorRecord } from '../../shared/errors.ts';
import type { BackendMessage, ImageBytes, ShellMessage } from './messages.ts';

/** The little of Electron's UtilityProcess that the link needs; `Port` is a MessagePortMain. */
export interface ChildProcess<Port> {
  postMessage(message: ShellMessage, transfer?: Port[]): void;
  kill(): boolean;
  on(event: 'message', listener: (message: BackendMessage) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
}

export interface BackendLinkOptions<Port> {
  start(): ChildProcess<Port>;
  /** Called when the backend says that it cannot start, as with a damaged library. */
  onFailed(error: ErrorRecord): void;
  /** Called after a backend that was up died and another was started in its place. */
  onRestarted?(): void;
  readonly goodbyeMs?: number;
}

/** The shell's end of the backend process, which is started anew if it dies. */
export interface BackendLink<Port> {
  connect(port: Port): void;
  readImage(path: string, thumbnail: boolean): Promise<ImageBytes | null>;
  /** Lets the backend finish its batches, and ends it by force if it takes too long. */
  close(): Promise<void>;
}

const GOODBYE_MS = 35_000;

/** Starts the backend process and keeps it up; one that dies before it was ready is not tried again. */
export function createBackendLink<Port>(options: BackendLinkOptions<Port>): BackendLink<Port> {
  const waiting = new Map<number, (image: ImageBytes | null) => void>();
  let lastId = 0;
  let closing: (() => void) | null = null;
  let child = launch();

  function launch(): ChildProcess<Port> {
    const started = options.start();
    let ready = false;
    let failed = false;
    started.on('message', (message) => {
      if (message.type === 'ready') ready = true;
      else if (message.type === 'image') settle(message.id, message.image);
      else {
        failed = true;
        options.onFailed(message.error);
      }
    });
    started.on('exit', (code) => {
      for (const id of [...waiting.keys()]) settle(id, null);
      if (closing !== null) return closing();
      if (ready) {
        child = launch();
        options.onRestarted?.();
      } else if (!failed) {
        const { message, detail } = new EngineError(`The backend could not be started (exit code ${code}).`);
        options.onFailed({ code: 'ENGINE', message, detail });
      }
    });
    return started;
  }

  function settle(id: number, image: ImageBytes | null): void {
    waiting.get(id)?.(image);
    waiting.delete(id);
  }

  return {
    connect: (port) => child.postMessage({ type: 'port' }, [port]),
    readImage(path, thumbnail) {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        child.postMessage({ type: 'image', id, path, thumbnail });
      });
    },
    close() {
      return new Promise((resolve) => {
        const timer = setTimeout(() => child.kill(), options.goodbyeMs ?? GOODBYE_MS);
        closing = () => {
          clearTimeout(timer);
          resolve();
        };
        child.postMessage({ type: 'close' });
      });
    },
  };
}
