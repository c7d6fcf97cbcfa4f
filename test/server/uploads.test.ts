import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LARGEST_STORED_IMAGE } from '../../src/main/library/images.ts';
import { createJob, updateJob } from '../../src/main/library/jobs.ts';
import { safeSteps } from '../../src/main/server/uploads.ts';
import { askInside, testServer } from '../support/server.ts';

const ID = '0b9e5b0e-5f6e-4d0e-9d1c-0a4f6f3c2b1a';
const upload = (path: string): string => `/uploads/${ID}?path=${encodeURIComponent(path)}`;

describe('uploads', () => {
  it('land in a folder of their own with the tree they had, and go when the server closes', async () => {
    const { server, uploadsFolder } = await testServer();
    const body = Buffer.from([1, 2, 3]);
    const answer = await askInside(server, upload('faces/train/happy/a b.png'), { method: 'POST', body });
    expect(answer.status).toBe(200);
    const { path, folder } = JSON.parse(answer.body) as { path: string; folder: string };
    expect(path).toBe(join(folder, 'faces', 'train', 'happy', 'a b.png'));
    expect(path.startsWith(uploadsFolder)).toBe(true);
    expect(readFileSync(path)).toEqual(body);
    await server.close();
    expect(existsSync(folder)).toBe(false);
  });

  it.each(['../x', 'a/../../x', '/etc/passwd', 'a//b', './a', 'a\\..\\b', 'C:/x', '', 'a/\0', 'a/'.repeat(40)])(
    'refuse the path %j',
    async (path) => {
      const { server, uploadsFolder } = await testServer();
      const answer = await askInside(server, upload(path), { method: 'POST', body: 'x' });
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'USAGE', detail: { field: 'path' } } });
      expect(existsSync(uploadsFolder)).toBe(false);
    },
  );

  it('are named by a UUID', async () => {
    const { server } = await testServer();
    expect((await askInside(server, '/uploads/mine?path=a', { method: 'POST', body: 'x' })).status).toBe(400);
    expect((await askInside(server, '/uploads/..?path=a', { method: 'POST', body: 'x' })).status).toBe(404);
  });

  it('come from this server’s own pages only', async () => {
    const { server } = await testServer();
    const post = (headers: Record<string, string>) =>
      askInside(server, upload('a.png'), { method: 'POST', body: 'x', headers });
    expect((await post({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await post({ origin: 'null' })).status).toBe(403);
    expect((await post({})).status).toBe(200);
  });

  it('may not replace a file, nor hold more than the cap; what was too much is not kept', async () => {
    const { server, uploadsFolder } = await testServer({ mostUploadBytes: 10 });
    const post = (path: string, body: string) => askInside(server, upload(path), { method: 'POST', body });
    const first = await post('a.png', '12345');
    expect(first.status).toBe(200);
    expect((await post('a.png', '1')).status).toBe(400);
    const answer = await post('b.png', '1234567890').catch(() => null);
    if (answer !== null) expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'USAGE' } });
    const { path, folder } = JSON.parse(first.body) as { path: string; folder: string };
    expect(path.startsWith(uploadsFolder)).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('12345');
    expect(existsSync(join(folder, 'b.png'))).toBe(false);
  });

  it('stay while an image kept by reference or an unfinished job still needs them', async () => {
    const [referred, waiting, done] = [await testServer(), await testServer(), await testServer()];
    const large = Buffer.alloc(LARGEST_STORED_IMAGE + 1);
    const paths: string[] = [];
    for (const { server } of [referred, waiting, done]) {
      const answer = await askInside(server, upload('a.png'), { method: 'POST', body: large });
      paths.push((JSON.parse(answer.body) as { path: string }).path);
    }
    referred.backend.library.prepare('UPDATE images SET file = ? WHERE id = 1').run(paths[0]);
    const job = (path: string) => ({
      kind: 'import',
      title: '',
      parameters: { paths: [path] },
      datasetId: null,
      runId: null,
    });
    const stopped = createJob(waiting.backend.library, job(paths[1]!));
    updateJob(waiting.backend.library, stopped.id, { status: 'interrupted' });
    const ended = createJob(done.backend.library, job(paths[2]!));
    updateJob(done.backend.library, ended.id, { status: 'done' });
    for (const { server } of [referred, waiting, done]) await server.close();
    expect(paths.map((path) => existsSync(path))).toEqual([true, true, false]);
  });
});

describe('a path within an upload', () => {
  it('keeps its steps', () => {
    expect(safeSteps('faces/train/ä ö (1).png')).toEqual(['faces', 'train', 'ä ö (1).png']);
  });
});
