import { RPCHandler } from '@orpc/server/message-port';
import { AUGMENTED_PATH, augmentedFrom } from '../api/augmented-face.ts';
import type { Backend } from '../api/backend.ts';
import type { ImageBytes, ShellMessage } from './messages.ts';

/** A port on which the contract is spoken: Electron's in the app, Node's own in tests. */
export type RpcPort = Parameters<RPCHandler<Backend['context']>['upgrade']>[0] & { start(): void };

/** Answers what the shell may ask of the backend process. */
export interface ShellService {
  /** Serves the contract on a port until it closes. */
  connect(port: RpcPort): void;
  /** The image behind a path of `app://`, or null. */
  readImage(message: Extract<ShellMessage, { type: 'image' }>): Promise<ImageBytes | null>;
}

export function createShellService(backend: Backend): ShellService {
  const handler = new RPCHandler(backend.router);
  return {
    connect(port) {
      handler.upgrade(port, { context: backend.context });
      port.start();
    },
    async readImage({ path, thumbnail }) {
      try {
        const face = /^\/images\/(\d{1,15})$/.exec(path);
        if (face !== null) return await backend.image(Number(face[1]), thumbnail ? 'thumbnail' : 'full');
        const preview = /^\/previews\/([\w-]{1,64})\/(\d{1,9})$/.exec(path);
        if (preview !== null) return await backend.previewFace(preview[1]!, Number(preview[2]));
        const augmented = AUGMENTED_PATH.exec(path);
        return augmented === null ? null : await backend.augmentedFace(augmentedFrom(augmented));
      } catch (error) {
        backend.log.warn({ err: error, path }, 'an image could not be read');
        return null;
      }
    },
  };
}
