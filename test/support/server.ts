import { mkdirSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { type Backend, createBackend } from '../../src/main/api/backend.ts';
import type { Host } from '../../src/main/api/context.ts';
import { type RunningServer, type ServerOptions, startServer } from '../../src/main/server/server.ts';
import { addFaces } from './library-rows.ts';
import { tempFolder } from './temp.ts';

const ENGINE_ENTRY = resolve(import.meta.dirname, '../../src/main/engine/process.ts');

export interface TestBackend {
  readonly folder: string;
  readonly backend: Backend;
  /** Lines of the backend's log. */
  readonly logged: readonly string[];
}

/** A backend over a new library with no shipped models, closed when the test ends. */
export async function testBackend(host: Host = 'server'): Promise<TestBackend> {
  const folder = tempFolder();
  const modelsFolder = join(folder, 'models');
  mkdirSync(modelsFolder);
  const logged: string[] = [];
  const backend = await createBackend({
    libraryFile: join(folder, 'library.sqlite'),
    engineEntry: ENGINE_ENTRY,
    modelsFolder,
    host,
    version: '1.2.3',
    log: pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) }),
  });
  onTestFinished(() => backend.close());
  return { folder, backend, logged };
}

export interface TestServer extends TestBackend {
  readonly server: RunningServer;
  readonly rendererFolder: string;
  readonly uploadsFolder: string;
}

export const TOKEN = 'a-token-for-tests';

/** A server with a tiny renderer and one dataset “faces” of two faces, closed when the test ends. */
export async function testServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const made = await testBackend();
  const rendererFolder = join(made.folder, 'renderer');
  mkdirSync(join(rendererFolder, 'assets'), { recursive: true });
  writeFileSync(join(rendererFolder, 'index.html'), '<!doctype html><title>Test page</title>');
  writeFileSync(join(rendererFolder, 'assets', 'index-abc.js'), 'export {};');
  writeFileSync(join(made.folder, 'secret.js'), 'secret');
  addFaces(made.backend.library, [
    { key: 'one.png', votes: [8, 1, 0, 0, 0, 0, 0, 0, 1, 0], pixels: 'pixels of one' },
    { key: 'two.png', votes: [0, 9, 0, 0, 0, 0, 0, 0, 0, 1], pixels: 'pixels of two' },
  ]);
  const uploadsFolder = join(made.folder, 'uploads');
  const server = await startServer({ backend: made.backend, rendererFolder, uploadsFolder, token: TOKEN, ...options });
  onTestFinished(() => server.close());
  return { ...made, server, rendererFolder, uploadsFolder };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export const cookieOf = ({ port }: RunningServer): string => `countenance-${port}=${TOKEN}`;

/** Sends a request whose every header, Host included, and whose path stay as they are given. */
export function ask(server: RunningServer, path: string, question: Question = {}): Promise<Answer> {
  return new Promise((done, fail) => {
    const call = request(
      { host: '127.0.0.1', port: server.port, path, method: question.method ?? 'GET', headers: question.headers ?? {} },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', fail);
        response.on('end', () =>
          done({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    call.on('error', fail);
    call.end(question.body);
  });
}

/** The same with the session's cookie and, for a post, the page's origin. */
export function askInside(server: RunningServer, path: string, question: Question = {}): Promise<Answer> {
  const origin = `http://127.0.0.1:${server.port}`;
  return ask(server, path, { ...question, headers: { cookie: cookieOf(server), origin, ...question.headers } });
}
