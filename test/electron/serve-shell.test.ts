import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Backend } from '../../src/main/api/backend.ts';
import { createShellService } from '../../src/main/electron/serve-shell.ts';
import type { Contract } from '../../src/shared/contract/index.ts';
import { addFaces } from '../support/library-rows.ts';
import { testBackend } from '../support/server.ts';

function connect(backend: Backend): { client: ContractRouterClient<Contract>; close(): void } {
  const { port1, port2 } = new MessageChannel();
  createShellService(backend).connect(port1);
  port2.start();
  onTestFinished(() => port2.close());
  return { client: createORPCClient(new RPCLink({ port: port2 })), close: () => port2.close() };
}

const FACE = { key: 'a.png', votes: [8, 1, 0, 0, 0, 0, 0, 0, 1, 0], pixels: 'some pixels' };

describe('the contract over a MessagePort', () => {
  it('answers calls and keeps the types of errors', async () => {
    const { backend } = await testBackend('electron');
    addFaces(backend.library, [FACE]);
    const { client } = connect(backend);
    expect(await client.datasets.list()).toMatchObject([{ name: 'faces', samples: 1 }]);
    await expect(client.samples.get({ id: 5, runId: null })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      defined: true,
    });
    await expect(client.datasets.rename({ id: 1, name: '' })).rejects.toMatchObject({
      code: 'USAGE',
      data: { field: 'name' },
    });
  });

  it('streams events, and forgets a page that closed its port', async () => {
    const { backend } = await testBackend('electron');
    const { client, close } = connect(backend);
    const watch = await client.jobs.watch();
    await vi.waitUntil(() => backend.context.events.size === 1);
    backend.context.events.publish('event', { type: 'changed', what: 'runs' });
    expect((await watch.next()).value).toEqual({ type: 'changed', what: 'runs' });
    close();
    await vi.waitUntil(() => backend.context.events.size === 0);
  });
});

describe('images for app://', () => {
  it('are the faces’ bytes, and null for anything else', async () => {
    const { backend } = await testBackend('electron');
    addFaces(backend.library, [FACE]);
    const { readImage } = createShellService(backend);
    const read = (path: string) => readImage({ type: 'image', id: 1, path, thumbnail: false });
    expect(Buffer.from((await read('/images/1'))!.bytes).toString()).toBe('some pixels');
    for (const path of ['/images/2', '/images/1/../2', '/images/x', '/previews/none/0', '/etc/passwd']) {
      expect(await read(path)).toBeNull();
    }
  });
});
