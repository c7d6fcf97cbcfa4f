import { afterEach, describe, expect, it } from 'vitest';
import { BackendPort } from '../../../src/renderer/transport/port.ts';

const open: MessagePort[] = [];
afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

function channel(): { near: MessagePort; far: MessagePort } {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  return { near: port1, far: port2 };
}

const nextMessage = (port: EventTarget & { start?: () => void }): Promise<unknown> =>
  new Promise((resolve) => {
    port.addEventListener('message', (event) => resolve((event as MessageEvent).data), { once: true });
    port.start?.();
  });

describe('BackendPort', () => {
  it('keeps what is posted before the port arrives and sends it then', async () => {
    const backend = new BackendPort();
    backend.postMessage('early');
    const { near, far } = channel();
    const heard = nextMessage(far);
    backend.attach(near, () => {});
    expect(await heard).toBe('early');
    expect(backend.isOpen).toBe(true);
  });

  it('hands on what the backend sends', async () => {
    const backend = new BackendPort();
    const { near, far } = channel();
    backend.attach(near, () => {});
    const heard = nextMessage(backend);
    far.postMessage('hello');
    expect(await heard).toBe('hello');
  });

  it('says that it lost the port, asks once for another, and goes on with that one', async () => {
    const backend = new BackendPort();
    const states: boolean[] = [];
    let closed = 0;
    let asked = 0;
    backend.onChange((state) => states.push(state));
    backend.addEventListener('close', () => {
      closed += 1;
    });
    const first = channel();
    const lost = new Promise<void>((resolve) => {
      backend.attach(first.near, () => {
        asked += 1;
        resolve();
      });
    });
    first.far.close();
    await lost;
    expect([closed, asked]).toEqual([1, 1]);
    const second = channel();
    backend.attach(second.near, () => {});
    const heard = nextMessage(second.far);
    backend.postMessage('again');
    expect(await heard).toBe('again');
    expect(states).toEqual([true, false, true]);
  });
});
