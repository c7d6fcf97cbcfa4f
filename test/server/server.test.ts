import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isOurHost } from '../../src/main/server/origin.ts';
import { startServer } from '../../src/main/server/server.ts';
import { ConflictError, NotFoundError } from '../../src/shared/errors.ts';
import { ask, askInside, cookieOf, TOKEN, testServer } from '../support/server.ts';

describe('the way in', () => {
  it('is the printed link alone: it sets a cookie no script can read and leads to the clean address', async () => {
    const { server } = await testServer();
    expect(server.url).toBe(`http://127.0.0.1:${server.port}/?token=${TOKEN}`);
    const answer = await ask(server, `/browse?token=${TOKEN}&sort=key`);
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe('/browse?sort=key');
    expect(answer.headers['set-cookie']).toEqual([`${cookieOf(server)}; Path=/; HttpOnly; SameSite=Strict`]);
  });

  it.each(['/', '/browse', '/assets/index-abc.js', '/images/1', '/previews/x/0', '/rpc', '/nothing'])(
    'is closed without the cookie: %s answers 401 and says what to do',
    async (path) => {
      const { server } = await testServer();
      const answer = await ask(server, path);
      expect(answer.status).toBe(401);
      expect(answer.body).toContain('Open the link');
      expect((await ask(server, path, { headers: { cookie: `countenance-${server.port}=wrong` } })).status).toBe(401);
    },
  );

  it('is closed to a wrong token, which sets no cookie', async () => {
    const { server } = await testServer();
    const answer = await ask(server, '/?token=wrong');
    expect(answer.status).toBe(401);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('differs each time: a token has 256 bits', async () => {
    const first = await testServer({ token: undefined });
    const second = await testServer({ token: undefined });
    const tokens = [first, second].map(({ server }) => new URL(server.url).searchParams.get('token')!);
    expect(tokens[0]).not.toBe(tokens[1]);
    for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  });
});

describe('names that the server answers to', () => {
  it('refuses a rebound name even with the cookie', async () => {
    const { server } = await testServer();
    const headers = { cookie: cookieOf(server) };
    expect((await ask(server, '/', { headers: { ...headers, host: `evil.example:${server.port}` } })).status).toBe(403);
    expect((await ask(server, '/', { headers: { ...headers, host: `localhost:${server.port}` } })).status).toBe(200);
    expect((await ask(server, '/', { headers: { ...headers, host: '127.0.0.1:1' } })).status).toBe(403);
  });

  it.each([
    ['127.0.0.1:80', '127.0.0.1', true],
    ['127.0.0.1', '127.0.0.1', true],
    ['LOCALHOST:80', '127.0.0.1', true],
    ['[::1]:80', '::1', true],
    ['192.168.1.5:80', '192.168.1.5', true],
    ['192.168.1.5:80', '127.0.0.1', false],
    ['192.168.1.5:80', '0.0.0.0', true],
    ['evil.example:80', '0.0.0.0', false],
    ['127.0.0.1.evil.example:80', '127.0.0.1', false],
    ['127.0.0.1:80@evil.example', '127.0.0.1', false],
    ['', '127.0.0.1', false],
    [undefined, '127.0.0.1', false],
  ])('Host %s on %s: %s', (header, host, expected) => {
    expect(isOurHost(header, { host, port: 80 })).toBe(expected);
  });
});

describe('the screens', () => {
  it('are served with a strict policy; the router’s own paths get the page', async () => {
    const { server } = await testServer();
    for (const path of ['/', '/browse', '/analysis/confusion?run=1']) {
      const answer = await askInside(server, path);
      expect(answer.status).toBe(200);
      expect(answer.body).toContain('Test page');
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';");
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.headers['referrer-policy']).toBe('no-referrer');
      expect(answer.headers['cache-control']).toBe('no-cache');
    }
  });

  it('have assets that a browser may keep, and answers HEAD without a body', async () => {
    const { server } = await testServer();
    const answer = await askInside(server, '/assets/index-abc.js');
    expect(answer.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(answer.headers['cache-control']).toContain('immutable');
    const head = await askInside(server, '/assets/index-abc.js', { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '10', '']);
  });

  it.each([
    '/../secret.js',
    '/assets/../../secret.js',
    '/%2e%2e/secret.js',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.js',
    '/..%5csecret.js',
    '/assets/no-such.js',
    '/%00.js',
    '/%zz.js',
  ])('never leave their folder: %s is 404', async (path) => {
    const { server, folder } = await testServer();
    expect(readFileSync(join(folder, 'secret.js'), 'utf8')).toBe('secret');
    const answer = await askInside(server, path);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain('secret');
  });

  it.each([
    ['PUT', '/', 405],
    ['DELETE', '/images/1', 405],
    ['POST', '/', 404],
    ['GET', '//evil.example/', 400],
  ])('%s %s answers %i', async (method, path, status) => {
    const { server } = await testServer();
    expect((await askInside(server, path, { method })).status).toBe(status);
  });

  it('must be built first, and the error says how', async () => {
    const { backend, folder, uploadsFolder } = await testServer();
    const starting = startServer({ backend, rendererFolder: join(folder, 'nowhere'), uploadsFolder });
    await expect(starting).rejects.toThrow(NotFoundError);
    await expect(starting).rejects.toMatchObject({ detail: { remedy: expect.stringContaining('npm run build') } });
  });

  it('are not served on a port that is taken', async () => {
    const { server, backend, rendererFolder, uploadsFolder } = await testServer();
    const starting = startServer({ backend, rendererFolder, uploadsFolder, port: server.port });
    await expect(starting).rejects.toThrow(ConflictError);
  });
});

describe('images', () => {
  it('are a face’s own bytes, asked for again each time and answered 304 while they are the same', async () => {
    const { server } = await testServer();
    const answer = await askInside(server, '/images/1');
    expect([answer.status, answer.body]).toEqual([200, 'pixels of one']);
    expect(answer.headers['content-type']).toBe('image/png');
    expect(answer.headers['cache-control']).toBe('private, no-cache');
    const again = await askInside(server, '/images/1', { headers: { 'if-none-match': answer.headers.etag! } });
    expect([again.status, again.body]).toEqual([304, '']);
    const other = await askInside(server, '/images/2', { headers: { 'if-none-match': answer.headers.etag! } });
    expect([other.status, other.body]).toEqual([200, 'pixels of two']);
  });

  it.each(['/images/99', '/images/0', '/images/one', '/images/1/2', '/previews/unknown/0', '/previews/a'])(
    'that are not there answer 404: %s',
    async (path) => {
      const { server } = await testServer();
      expect((await askInside(server, path)).status).toBe(404);
    },
  );
});
