import { describe, expect, it, vi } from 'vitest';
import { type ChildProcess, createBackendLink } from '../../src/main/electron/backend-link.ts';
import type { BackendMessage, ShellMessage } from '../../src/main/electron/messages.ts';
import type { ErrorRecord } from '../../src/shared/errors.ts';

/** A stand-in for a utility process: what it was sent, and levers to make it speak or die. */
class FakeChild implements ChildProcess<string> {
  readonly sent: [ShellMessage, string[] | undefined][] = [];
  readonly kill = vi.fn(() => true);
  private hear: (message: BackendMessage) => void = () => {};
  private gone: (code: number) => void = () => {};

  postMessage(message: ShellMessage, transfer?: string[]): void {
    this.sent.push([message, transfer]);
  }

  on(event: 'message' | 'exit', listener: ((message: BackendMessage) => void) | ((code: number) => void)): void {
    if (event === 'message') this.hear = listener as (message: BackendMessage) => void;
    else this.gone = listener as (code: number) => void;
  }

  say(message: BackendMessage): void {
    this.hear(message);
  }

  die(code = 1): void {
    this.gone(code);
  }
}

function linked(goodbyeMs?: number) {
  const children: FakeChild[] = [];
  const onFailed = vi.fn<(error: ErrorRecord) => void>();
  const onRestarted = vi.fn();
  const start = (): FakeChild => {
    const child = new FakeChild();
    children.push(child);
    return child;
  };
  return {
    link: createBackendLink<string>({ start, onFailed, onRestarted, goodbyeMs }),
    children,
    onFailed,
    onRestarted,
  };
}

describe('the shell’s link to the backend', () => {
  it('hands ports on', () => {
    const { link, children } = linked();
    link.connect('a port');
    expect(children[0]!.sent).toEqual([[{ type: 'port' }, ['a port']]]);
  });

  it('gives each image to whoever asked for it, in any order', async () => {
    const { link, children } = linked();
    const [first, second] = [link.readImage('/images/1', false), link.readImage('/images/2', true)];
    const image = { mediaType: 'image/png', bytes: new Uint8Array([2]), tag: 't' };
    children[0]!.say({ type: 'image', id: 2, image });
    children[0]!.say({ type: 'image', id: 1, image: null });
    expect(await first).toBeNull();
    expect(await second).toBe(image);
  });

  it('starts another backend when one that was up dies, and leaves no image waiting', async () => {
    const { link, children, onFailed, onRestarted } = linked();
    children[0]!.say({ type: 'ready' });
    const image = link.readImage('/images/1', false);
    children[0]!.die(139);
    expect(await image).toBeNull();
    expect(children).toHaveLength(2);
    expect(onRestarted).toHaveBeenCalledOnce();
    expect(onFailed).not.toHaveBeenCalled();
    link.connect('new port');
    expect(children[1]!.sent).toEqual([[{ type: 'port' }, ['new port']]]);
  });

  it('does not try again where the backend never came up, and says why once', () => {
    const said = linked();
    const error: ErrorRecord = { code: 'LIBRARY', message: 'damaged', detail: {} };
    said.children[0]!.say({ type: 'failed', error });
    said.children[0]!.die();
    expect(said.onFailed.mock.calls).toEqual([[error]]);
    const silent = linked();
    silent.children[0]!.die(7);
    expect(silent.onFailed.mock.calls[0]![0].message).toContain('exit code 7');
    expect([said.children.length, silent.children.length]).toEqual([1, 1]);
  });

  it('lets the backend end by itself, and ends it by force only if it does not', async () => {
    const polite = linked();
    polite.children[0]!.say({ type: 'ready' });
    const closed = polite.link.close();
    expect(polite.children[0]!.sent).toEqual([[{ type: 'close' }, undefined]]);
    polite.children[0]!.die(0);
    await closed;
    expect([polite.children.length, polite.children[0]!.kill.mock.calls.length]).toEqual([1, 0]);
    const stubborn = linked(1);
    stubborn.children[0]!.kill.mockImplementation(() => {
      stubborn.children[0]!.die(9);
      return true;
    });
    await stubborn.link.close();
    expect(stubborn.children[0]!.kill).toHaveBeenCalledOnce();
  });
});
