import { createORPCClient } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../shared/contract/index.ts';
import type { DesktopBridge } from '../shared/desktop-bridge.ts';
import { connectPort } from './transport/port.ts';
import { ReconnectingSocket } from './transport/socket.ts';

export type Client = ContractRouterClient<Contract>;

declare global {
  interface Window {
    readonly countenance?: DesktopBridge;
  }
}

export const desktop: DesktopBridge | undefined = window.countenance;
const socket = desktop === undefined ? new ReconnectingSocket(`${location.origin.replace(/^http/, 'ws')}/rpc`) : null;
const port = desktop === undefined ? null : connectPort(desktop);

/** Whether the backend can be reached, and a way to hear when that changes. */
export const connection = {
  isOpen: (): boolean => socket?.isOpen ?? port?.isOpen ?? false,
  onChange: (listener: (open: boolean) => void): void => (socket ?? port)?.onChange(listener),
};

function link(): SocketLink<Record<never, never>> | PortLink<Record<never, never>> {
  return socket === null ? new PortLink({ port: port! }) : new SocketLink({ websocket: socket });
}

/** The backend, typed by the contract: over a MessagePort in Electron, over a WebSocket in a browser. */
export const client: Client = createORPCClient(link());

/** Address of a face's pixels; the host checks the session before it answers. */
export const imageUrl = (sampleId: number): string => `/images/${sampleId}`;

/** Address of the n-th face of an import preview. */
export const previewUrl = (previewId: string, index: number): string => `/previews/${previewId}/${index}`;

/** Address of a face as training would meet it under an augmentation and a seed. */
export const augmentedUrl = (preset: string, seed: number, sampleId: number): string =>
  `/augmented/${preset}/${seed}/${sampleId}`;
