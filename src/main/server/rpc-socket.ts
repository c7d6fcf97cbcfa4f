import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer } from 'ws';
import type { Backend } from '../api/backend.ts';

const LARGEST_MESSAGE = 8 * 2 ** 20;
const GOODBYE_MS = 1000;

/** The `/rpc` WebSocket: each connection speaks the contract until it closes. */
export interface RpcSocket {
  accept(request: IncomingMessage, stream: Duplex, head: Buffer): void;
  close(): void;
}

/** Serves the backend's router to sockets whose right to be here was already checked. */
export function createRpcSocket(backend: Backend): RpcSocket {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE });
  const handler = new RPCHandler(backend.router);
  return {
    accept(request, stream, head) {
      sockets.handleUpgrade(request, stream, head, (socket) => {
        socket.on('error', (error) => backend.log.warn({ err: error }, 'a socket failed'));
        void handler.upgrade(socket, { context: backend.context });
      });
    },
    close() {
      for (const socket of sockets.clients) {
        socket.close(1001, 'The server is closing.');
        setTimeout(() => socket.terminate(), GOODBYE_MS).unref();
      }
      sockets.close();
    },
  };
}
