import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { RunningServer } from '../../src/main/server/server.ts';
import type { Contract } from '../../src/shared/contract/index.ts';
import { cookieOf, testServer } from '../support/server.ts';

type Client = ContractRouterClient<Contract>;

interface SocketHeaders {
  readonly origin?: string;
  readonly cookie?: string;
  readonly host?: string;
}

function openSocket(server: RunningServer, headers: SocketHeaders = {}, path = '/rpc'): WebSocket {
  const origin = `http://127.0.0.1:${server.port}`;
  const given = Object.entries({ origin, cookie: cookieOf(server), ...headers });
  const all = Object.fromEntries(given.filter(([, value]) => value !== undefined));
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers: all });
  onTestFinished(() => socket.terminate());
  return socket;
}

function connect(server: RunningServer): { socket: WebSocket; client: Client } {
  const socket = openSocket(server);
  const websocket = socket as unknown as globalThis.WebSocket;
  return { socket, client: createORPCClient(new RPCLink({ websocket })) };
}

const refusal = (socket: WebSocket): Promise<number> =>
  new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('open', () => reject(new Error('The socket was let in.')));
    socket.on('error', () => {});
  });

describe('the contract over a WebSocket', () => {
  it('answers calls and keeps the types of errors', async () => {
    const { server } = await testServer();
    const { client } = connect(server);
    expect(await client.datasets.list()).toMatchObject([{ name: 'faces', samples: 2 }]);
    await expect(client.datasets.get({ id: 77 })).rejects.toMatchObject({ code: 'NOT_FOUND', defined: true });
    await expect(client.datasets.find({ name: 'no' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      data: { field: 'name', names: ['faces'] },
    });
  });

  it('streams events to every watcher and forgets a watcher that left', async () => {
    const { server, backend } = await testServer();
    const [first, second] = [connect(server), connect(server)];
    const watches = await Promise.all([first.client.jobs.watch(), second.client.jobs.watch()]);
    await vi.waitUntil(() => backend.context.events.size === 1);
    backend.context.events.publish('event', { type: 'changed', what: 'models' });
    for (const watch of watches) expect((await watch.next()).value).toEqual({ type: 'changed', what: 'models' });
    first.socket.close();
    second.socket.close();
    await vi.waitUntil(() => backend.context.events.size === 0);
  });

  it('keeps two tabs together: an edit appears in both, a stale one is refused with the other’s value, nothing is lost', async () => {
    const { server } = await testServer();
    const [left, right] = [connect(server).client, connect(server).client];
    const [ada, ben] = await Promise.all(['Ada', 'Ben'].map((name) => left.labels.enterAnnotator({ name })));
    const [face] = (await right.labels.faces({ sampleIds: [1] })).map(({ revision }) => ({ sampleId: 1, revision }));
    const watch = await right.jobs.watch();
    await left.labels.apply({ annotatorId: ada!.id, changes: [{ ...face!, field: 'label', value: 6 }] });
    const told = (await watch.next()).value;
    expect(told).toMatchObject({ type: 'labels', faces: [{ sampleId: 1, label: 6, annotator: 'Ada', revision: 1 }] });

    const stale = [
      { ...face!, field: 'label' as const, value: 3 },
      { sampleId: 2, revision: 0, field: 'label' as const, value: 3 },
    ];
    await expect(right.labels.apply({ annotatorId: ben!.id, changes: stale })).rejects.toMatchObject({
      code: 'CONFLICT',
      data: { field: 'revision', names: ['one.png'], table: [expect.anything(), ['one.png', 'fear', 'Ada', '1']] },
    });
    expect(await left.labels.faces({ sampleIds: [1, 2] })).toMatchObject([{ label: 6 }, { label: null, revision: 0 }]);

    const fresh = stale.map((change, index) => (index === 0 ? { ...change, revision: 1 } : change));
    await right.labels.apply({ annotatorId: ben!.id, changes: fresh });
    expect(await left.labels.face({ sampleId: 1 })).toMatchObject({
      state: { label: 3, annotator: 'Ben', revision: 2 },
      annotations: [
        { annotator: 'Ben', label: 3 },
        { annotator: 'Ada', label: 6 },
      ],
    });
    await right.labels.undo({ annotatorId: ben!.id });
    expect(await left.labels.faces({ sampleIds: [1, 2] })).toMatchObject([
      { label: 6, annotator: 'Ada' },
      { label: null },
    ]);
  });

  it('ends when the server closes', async () => {
    const { server } = await testServer();
    const { socket, client } = connect(server);
    await client.datasets.list();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await server.close();
    expect(await closed).toBe(1001);
  });
});

describe('a socket is refused', () => {
  it('from another site', async () => {
    const { server } = await testServer();
    expect(await refusal(openSocket(server, { origin: 'https://evil.example' }))).toBe(403);
  });

  it('without an origin', async () => {
    const { server } = await testServer();
    expect(await refusal(openSocket(server, { origin: undefined }))).toBe(403);
  });

  it('under a rebound name, though name and origin agree', async () => {
    const { server } = await testServer();
    const host = `evil.example:${server.port}`;
    expect(await refusal(openSocket(server, { host, origin: `http://${host}` }))).toBe(403);
  });

  it('without the cookie', async () => {
    const { server } = await testServer();
    expect(await refusal(openSocket(server, { cookie: 'countenance=wrong' }))).toBe(401);
  });

  it('anywhere but at /rpc', async () => {
    const { server } = await testServer();
    expect(await refusal(openSocket(server, {}, '/images/1'))).toBe(404);
  });
});
