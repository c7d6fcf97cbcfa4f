import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import type { Contract } from '../../../src/shared/contract/index.ts';

const MAIN = resolve(import.meta.dirname, '../../../src/main/cli/main.ts');
const PAGE = resolve(import.meta.dirname, '../../../out/renderer/index.html');

/** Why `serve` cannot be started here; null where it can. */
export const whyNotServed = (): string | null =>
  existsSync(PAGE) ? null : 'the screens are not built, and serve wants them: npm run build';

/** A backend as people run it, in a process of its own, spoken to as a browser does. */
export interface ServedLibrary {
  readonly client: ContractRouterClient<Contract>;
  /** `kill -9`, resolved once the process is gone. */
  kill(): Promise<void>;
}

/** Starts `countenance serve` over a library file. Throws with its last words where it does not come up. */
export async function serveLibrary(libraryFile: string): Promise<ServedLibrary> {
  const words = [MAIN, '--library', libraryFile, '--json', 'serve', '--no-open', '--port', '0'];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = once(child, 'close');
  const { origin, searchParams } = new URL(await addressOf(child));
  const entry = await fetch(`${origin}/?token=${searchParams.get('token')}`, { redirect: 'manual' });
  const cookie = entry.headers.getSetCookie()[0]!.split(';')[0]!;
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, { headers: { origin, cookie } });
  socket.on('error', () => {});
  await once(socket, 'open');
  const websocket = socket as unknown as globalThis.WebSocket;
  return {
    client: createORPCClient(new RPCLink({ websocket })),
    async kill() {
      child.kill('SIGKILL');
      await gone;
      socket.terminate();
    },
  };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((ready, fail) => {
    let [stdout, stderr] = ['', ''];
    child.stderr!.on('data', (text: Buffer) => (stderr += text.toString()));
    child.stdout!.on('data', (text: Buffer) => {
      stdout += text.toString();
      if (stdout.includes('\n}')) ready((JSON.parse(stdout) as { readonly url: string }).url);
    });
    child.once('error', fail);
    child.once('close', () => fail(new Error(`The backend did not start: ${stdout}${stderr}`)));
  });
}
