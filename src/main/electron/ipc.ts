import { BRIDGE_MESSAGES } from '../../shared/desktop-bridge.ts';
import { isOwnPage } from './origin.ts';

/** A frame as IPC names it: its address, its parent, and a way to hand it ports. */
export interface SenderFrame<Port> {
  readonly url: string;
  readonly parent: unknown;
  postMessage(channel: string, message: unknown, transfer: Port[]): void;
}

interface Sent<Port> {
  readonly senderFrame: SenderFrame<Port> | null;
}

/** The little of Electron's ipcMain that is used. */
export interface Ipc<Port> {
  on(channel: string, listener: (event: Sent<Port>) => void): unknown;
  handle(channel: string, listener: (event: Sent<Port>, ...values: unknown[]) => unknown): void;
}

export interface IpcOptions<Port> {
  newChannel(): { readonly port1: Port; readonly port2: Port };
  connectBackend(port: Port): void;
  /** Shows the system's dialog for files or folders and resolves to what was chosen. */
  chooseFiles(folders: boolean): Promise<readonly string[]>;
}

/** Whether a message comes from the top frame of one of the app's own pages. */
export function isTrusted<Port>(frame: SenderFrame<Port> | null): frame is SenderFrame<Port> {
  return frame !== null && frame.parent === null && isOwnPage(frame.url);
}

/** Answers the two things a page may ask of the shell: a port to the backend, and the system's file dialog. */
export function handleIpc<Port>(ipc: Ipc<Port>, options: IpcOptions<Port>): void {
  ipc.on(BRIDGE_MESSAGES.requestPort, ({ senderFrame }) => {
    if (!isTrusted(senderFrame)) return;
    const { port1, port2 } = options.newChannel();
    options.connectBackend(port1);
    senderFrame.postMessage(BRIDGE_MESSAGES.port, null, [port2]);
  });
  ipc.handle(BRIDGE_MESSAGES.chooseFiles, ({ senderFrame }, folders) => {
    if (!isTrusted(senderFrame)) throw new Error('This page may not open dialogs.');
    return options.chooseFiles(folders === true);
  });
}
