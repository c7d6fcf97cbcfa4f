import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createAppHandler } from '../../src/main/electron/app-protocol.ts';
import type { ImageBytes } from '../../src/main/electron/messages.ts';
import { tempFolder } from '../support/temp.ts';

const IMAGE: ImageBytes = { mediaType: 'image/png', bytes: new Uint8Array([1, 2, 3]), tag: 'tag' };

function handler() {
  const folder = tempFolder();
  mkdirSync(join(folder, 'renderer', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'renderer', 'index.html'), 'the page');
  writeFileSync(join(folder, 'secret.js'), 'secret');
  const readImage = vi.fn((path: string) => Promise.resolve(path === '/images/1' ? IMAGE : null));
  const handle = createAppHandler({ rendererFolder: join(folder, 'renderer'), readImage });
  return { readImage, ask: (url: string, init?: RequestInit) => handle(new Request(url, init)) };
}

describe('app://', () => {
  it('serves the page for the router’s paths, with a strict policy', async () => {
    const { ask } = handler();
    const answer = await ask('app://countenance/browse');
    expect([answer.status, await answer.text()]).toEqual([200, 'the page']);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('asks the backend for images, and the browser may keep them as long as they are the same', async () => {
    const { ask, readImage } = handler();
    const answer = await ask('app://countenance/images/1?thumbnail');
    expect(readImage).toHaveBeenCalledWith('/images/1', true);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(IMAGE.bytes);
    expect((await ask('app://countenance/images/1', { headers: { 'if-none-match': '"tag"' } })).status).toBe(304);
    expect((await ask('app://countenance/previews/x/0')).status).toBe(404);
  });

  it.each([
    'app://countenance/%2e%2e%2fsecret.js',
    'app://countenance/..%5csecret.js',
    'app://countenance/assets/none.js',
    'app://elsewhere/',
    'https://countenance/',
  ])('has nothing else: %s', async (url) => {
    const { ask } = handler();
    const answer = await ask(url);
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toContain('secret');
  });

  it('answers GET alone', async () => {
    expect((await handler().ask('app://countenance/', { method: 'POST' })).status).toBe(404);
  });
});
