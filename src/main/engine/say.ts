import type { EngineMessage } from './messages.ts';

/** Sends a message to the process that started this one and waits until it has left; nothing if that one is gone. */
export function say(message: EngineMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}
