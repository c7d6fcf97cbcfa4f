import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { ConflictError, NotFoundError } from '../../shared/errors.ts';
import type { Backend } from '../api/backend.ts';
import { sendPage } from './answers.ts';
import { bracketed, isOurHost, isOurOrigin } from './origin.ts';
import { answerRequest } from './routes.ts';
import { createRpcSocket } from './rpc-socket.ts';
import { hasSession, isToken, newToken, sessionCookie } from './session.ts';
import { createUploads } from './uploads.ts';

export interface ServerOptions {
  readonly backend: Backend;
  /** The built renderer, `out/renderer`. */
  readonly rendererFolder: string;
  /** Where uploads are kept while they are needed. */
  readonly uploadsFolder: string;
  readonly host?: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly token?: string;
  readonly mostUploadBytes?: number;
}

/** A server at work; `url` carries the token and is the only way in. */
export interface RunningServer {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

const MOST_UPLOAD_BYTES = 16 * 2 ** 30;
const SIGN_IN = 'Open the link that Countenance printed when it started: it carries the key to this page.';

/**
 * Serves the app to browsers: only with the session that the printed link gives, only under this machine's names,
 * and posts and sockets only from its own pages. Throws NotFoundError if the renderer is not built, ConflictError if
 * the port is taken.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  refuseMissingRenderer(options.rendererFolder);
  const token = options.token ?? newToken();
  const uploads = createUploads({
    parent: options.uploadsFolder,
    mostBytes: options.mostUploadBytes ?? MOST_UPLOAD_BYTES,
    isNeeded: (upload) => options.backend.needsUpload(upload),
  });
  const socket = createRpcSocket(options.backend);
  const server = createServer();
  const { host, port } = await listen(server, options.host ?? '127.0.0.1', options.port ?? 0);
  const routes = { backend: options.backend, rendererFolder: options.rendererFolder, uploads };

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = parseUrl(request);
    if (url === null) {
      sendPage(request, response, 400, 'This address makes no sense.');
    } else if (!isOurHost(request.headers.host, { host, port })) {
      sendPage(request, response, 403, 'This server does not answer under that name.');
    } else if (request.method === 'GET' && isToken(url.searchParams.get('token'), token)) {
      url.searchParams.delete('token');
      response.setHeader('Set-Cookie', sessionCookie(port, token));
      response.setHeader('Location', url.pathname + url.search);
      sendPage(request, response, 303, 'Welcome.');
    } else if (!hasSession(request, port, token)) {
      sendPage(request, response, 401, SIGN_IN);
    } else {
      void answerRequest({ request, response, url }, routes);
    }
  }

  function upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const isOurs = isOurHost(request.headers.host, { host, port }) && isOurOrigin(request);
    if (!isOurs) refuse(stream, '403 Forbidden');
    else if (!hasSession(request, port, token)) refuse(stream, '401 Unauthorized');
    else if (parseUrl(request)?.pathname !== '/rpc') refuse(stream, '404 Not Found');
    else socket.accept(request, stream, head);
  }

  server.on('request', answer);
  server.on('upgrade', upgrade);
  return {
    host,
    port,
    url: `http://${bracketed(host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host)}:${port}/?token=${token}`,
    async close() {
      socket.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await uploads.close();
    },
  };
}

function refuseMissingRenderer(rendererFolder: string): void {
  const page = join(rendererFolder, 'index.html');
  if (existsSync(page)) return;
  throw new NotFoundError('The screens are not built yet.', { file: page, remedy: 'Run `npm run build` first.' });
}

function listen(server: Server, host: string, port: number): Promise<{ host: string; port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const remedy = 'Choose another with --port or --host.';
      const taken = new ConflictError(`The server cannot listen on ${host}:${port}: ${error.message}`, { remedy });
      reject(taken);
    });
    server.listen(port, host, () => resolve({ host, port: (server.address() as AddressInfo).port }));
  });
}

function parseUrl(request: IncomingMessage): URL | null {
  // A request line may begin with two slashes, which a URL would take for a host name.
  const path = request.url ?? '/';
  return path.startsWith('/') && !path.startsWith('//') ? URL.parse(path, 'http://localhost') : null;
}

function refuse(stream: Duplex, status: string): void {
  stream.on('error', () => {});
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
