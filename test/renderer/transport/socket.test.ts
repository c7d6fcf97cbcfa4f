import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { oc } from '@orpc/contract';
import { implement } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws';
import { backOff, ReconnectingSocket } from '../../../src/renderer/transport/socket.ts';

class FakeSocket extends EventTarget {
  readyState: WebSocket['readyState'] = 0;
  readonly sent: unknown[] = [];

  send(data: unknown): void {
    this.sent.push(data);
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }

  close(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event('close'));
  }
}

function setUp() {
  const made: FakeSocket[] = [];
  const delays: { run: () => void; milliseconds: number }[] = [];
  const heard: string[] = [];
  const socket = new ReconnectingSocket('ws://test/rpc', {
    create: () => {
      made.push(new FakeSocket());
      return made.at(-1)!;
    },
    later: (run, milliseconds) => delays.push({ run, milliseconds }),
  });
  socket.addEventListener('open', () => heard.push('open'));
  socket.addEventListener('close', () => heard.push('close'));
  socket.addEventListener('message', (event) => heard.push(String((event as MessageEvent).data)));
  return { socket, made, delays, heard };
}

describe('ReconnectingSocket', () => {
  it('waits twice as long after each failure, up to eight seconds', () => {
    expect([0, 1, 2, 5, 20].map(backOff)).toEqual([250, 500, 1000, 8000, 8000]);
  });

  it('announces a lost connection once and stays CONNECTING through failed attempts', () => {
    const { socket, made, delays, heard } = setUp();
    made[0]?.open();
    expect(socket.readyState).toBe(1);
    made[0]?.close();
    delays[0]?.run();
    made[1]?.close();
    expect(heard).toEqual(['open', 'close']);
    expect(socket.readyState).toBe(0);
    expect(delays.map(({ milliseconds }) => milliseconds)).toEqual([250, 500]);
    delays[1]?.run();
    made[2]?.open();
    expect(heard).toEqual(['open', 'close', 'open']);
    made[2]?.close();
    expect(delays.at(-1)?.milliseconds).toBe(250);
  });

  it('passes messages on from whichever socket is in use, and sends by it', () => {
    const { socket, made, delays, heard } = setUp();
    made[0]?.open();
    made[0]?.close();
    delays[0]?.run();
    made[1]?.open();
    made[1]?.dispatchEvent(new MessageEvent('message', { data: 'hello' }));
    socket.send('back');
    expect(heard).toContain('hello');
    expect(made[1]?.sent).toEqual(['back']);
    expect(made[0]?.sent).toEqual([]);
  });

  it('tells its listeners when the backend can be reached, and stops for good when closed', () => {
    const { socket, made, delays } = setUp();
    const states: boolean[] = [];
    socket.onChange((open) => states.push(open));
    made[0]?.open();
    socket.close();
    expect(states).toEqual([true, false]);
    expect(socket.readyState).toBe(3);
    expect(delays).toEqual([]);
  });
});

describe("oRPC's link over a ReconnectingSocket", () => {
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });

  it('rejects what was in flight when the connection broke and works again after it came back', async () => {
    const contract = { ping: oc, hang: oc };
    const router = implement(contract).router({
      ping: implement(contract).ping.handler(() => 'pong'),
      hang: implement(contract).hang.handler(() => new Promise(() => {})),
    });
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    const handler = new RPCHandler(router);
    const connected: ServerSocket[] = [];
    server.on('connection', (socket) => {
      connected.push(socket);
      void handler.upgrade(socket, { context: {} });
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const socket = new ReconnectingSocket(`ws://127.0.0.1:${port}`);
    closers.push(
      () => socket.close(),
      () => server.close(),
    );
    const client = createORPCClient<{ ping: () => Promise<string>; hang: () => Promise<never> }>(
      new RPCLink({ websocket: socket }),
    );

    expect(await client.ping()).toBe('pong');
    const hanging = client.hang();
    await client.ping();
    for (const each of connected) each.terminate();
    await expect(hanging).rejects.toMatchObject({ name: 'AbortError' });
    expect(await client.ping()).toBe('pong');
    expect(connected).toHaveLength(2);
  });
});
