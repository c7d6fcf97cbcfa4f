import type { ErrorRecord } from '../../shared/errors.ts';

/** What the shell tells the backend process to be, as JSON in its first argument. */
export interface BackendOrder {
  readonly libraryFile: string;
  readonly engineEntry: string;
  readonly modelsFolder: string;
  readonly version: string;
}

/** From the shell: serve the contract on the port that comes with it, read an image for `app://`, or end. */
export type ShellMessage =
  | { readonly type: 'port' }
  | { readonly type: 'image'; readonly id: number; readonly path: string; readonly thumbnail: boolean }
  | { readonly type: 'close' };

/** From the backend: it is up, it cannot be, or an image that was asked for (null: there is none). */
export type BackendMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly error: ErrorRecord }
  | { readonly type: 'image'; readonly id: number; readonly image: ImageBytes | null };

export interface ImageBytes {
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly tag: string;
}
