import { describe, expect, it } from 'vitest';
import { commitPredictions } from '../../src/main/library/predictions.ts';
import { FERPLUS_CLASSES, FERPLUS_EMOTIONS } from '../../src/shared/class-sets.ts';
import { addFaces, addRun, type FaceRow, peaked } from '../support/library-rows.ts';
import { testBackend } from '../support/server.ts';
import { hasSharedData, needsSharedData, readFerplusRows } from '../support/shared-data.ts';

/** Votes for neutral and happiness, the rest zero. */
const votes = (neutral: number, happiness: number): number[] => [neutral, happiness, 0, 0, 0, 0, 0, 0, 0, 0];

const ab = (share: number) => ({
  classes: ['a', 'b'],
  rows: [
    [1 - share, share],
    [0, 1],
  ],
});
const edited = { name: 'mine', expected: null, source: { kind: 'edited' as const } };

async function someFaces() {
  const { backend } = await testBackend();
  const datasetId = addFaces(backend.library, [
    { key: 'calm.png', votes: votes(10, 0), split: 'train' },
    { key: 'calmer.png', votes: votes(6, 4), split: 'train' },
    { key: 'happy.png', votes: votes(1, 9), split: 'train' },
    { key: 'held-out.png', votes: votes(7, 3) },
    { key: 'held-out-too.png', votes: votes(0, 10) },
  ]);
  return { backend, client: backend.client, datasetId };
}

describe('a prior computed from votes', () => {
  it('has in row k the mean votes of the faces of k, counted by hand', async () => {
    const { client, datasetId } = await someFaces();
    const { prior, source, byClass, published } = await client.priors.compute({ datasetId, splits: ['train'] });
    expect(prior.classes).toEqual(FERPLUS_EMOTIONS);
    expect(prior.rows[0]![0]).toBeCloseTo((1 + 0.6) / 2, 6);
    expect(prior.rows[0]![1]).toBeCloseTo(0.4 / 2, 6);
    expect(prior.rows[1]![1]).toBeCloseTo(0.9, 6);
    expect(prior.rows[2]).toEqual([0, 0, 1, 0, 0, 0, 0, 0]);
    expect(byClass.slice(0, 3)).toEqual([
      { name: 'neutral', count: 2 },
      { name: 'happiness', count: 1 },
      { name: 'surprise', count: 0 },
    ]);
    expect(source).toEqual({
      kind: 'votes',
      dataset: 'faces',
      splits: ['train'],
      protocol: 'majority',
      labels: 'current',
      faces: 3,
    });
    expect(published!.largest).toMatchObject({ row: 'disgust', column: 'disgust', from: 0.620813, to: 1 });
  });

  it('counts the faces of all its splits', async () => {
    const { client, datasetId } = await someFaces();
    const { prior } = await client.priors.compute({ datasetId, splits: ['train', 'valid'] });
    expect(prior.rows[0]![1]).toBeCloseTo((0 + 0.4 + 0.3) / 3, 6);
    expect(prior.rows[1]![1]).toBeCloseTo((0.9 + 1) / 2, 6);
  });

  it('is refused for a label version that is not there', async () => {
    const { client, datasetId } = await someFaces();
    const asked = client.priors.compute({ datasetId, splits: ['train'], labels: 'nobody’s' });
    await expect(asked).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a prior of a run’s own confusion', () => {
  it('has in row k what the run says of the faces of k', async () => {
    const { backend, client, datasetId } = await someFaces();
    const run = addRun(backend.library, datasetId, { splits: ['train'] });
    const ids = backend.library.prepare('SELECT id FROM samples ORDER BY id').all() as { id: number }[];
    const said = [0, 1, 1, 1, 1];
    commitPredictions(
      backend.library,
      run,
      ids.map(({ id }, index) => ({ sampleId: id, probabilities: peaked(8, said[index]!, 0.9), embedding: null })),
      1,
    );
    const { prior, source } = await client.priors.confusion({ runId: run.id, split: 'train' });
    expect(prior.rows.slice(0, 3)).toEqual([
      [0.5, 0.5, 0, 0, 0, 0, 0, 0],
      [0, 1, 0, 0, 0, 0, 0, 0],
      [0, 0, 1, 0, 0, 0, 0, 0],
    ]);
    expect(source).toMatchObject({ kind: 'confusion', run: run.id, split: 'train', faces: 3 });
  });
});

describe('priors over the wire', () => {
  it('are kept with their author, listed, compared, renamed and removed', async () => {
    const { backend } = await testBackend();
    const { client } = backend;
    const first = await client.priors.save({ ...edited, prior: ab(0.1) });
    const second = await client.priors.save({ ...edited, expected: 1, parentId: first.id, prior: ab(0.25), note: 'x' });
    expect(second).toMatchObject({
      version: 2,
      parent: { id: first.id },
      note: 'x',
      author: expect.stringMatching(/./),
    });
    const { comparison } = await client.priors.compare({
      from: { name: 'mine', version: 1 },
      to: { name: 'mine' },
    });
    expect(comparison.changed).toBe(2);
    expect(comparison.largest).toMatchObject({ row: 'a', from: expect.any(Number) });
    expect(Math.abs(comparison.largest.difference)).toBeCloseTo(0.15, 12);
    await client.priors.rename({ name: 'mine', to: 'ours' });
    expect(await client.priors.list()).toMatchObject([{ name: 'ours', versions: 2, latest: { id: second.id } }]);
    expect(await client.priors.remove({ name: 'ours' })).toEqual({ versions: 2 });
    expect(await client.priors.list()).toEqual([]);
  });

  it('refuse a stale save, and keep what the other one saved', async () => {
    const { backend } = await testBackend();
    const { client } = backend;
    await client.priors.save({ ...edited, prior: ab(0.1) });
    await client.priors.save({ ...edited, expected: 1, prior: ab(0.2) });
    await expect(client.priors.save({ ...edited, expected: 1, prior: ab(0.3) })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect((await client.priors.get({ name: 'mine' })).rows[0]![1]).toBe(0.2);
  });

  it.each([
    [
      'a negative cell',
      [
        [1.5, -0.5],
        [0, 1],
      ],
      'a, b',
    ],
    [
      'a row that does not sum to one',
      [
        [1, 0],
        [0.5, 0.4],
      ],
      'b',
    ],
    [
      'a row too many',
      [
        [1, 0],
        [0, 1],
        [0, 1],
      ],
      'rows',
    ],
  ])('refuse %s, naming it', async (_, rows, field) => {
    const { backend } = await testBackend();
    const saved = backend.client.priors.save({ ...edited, prior: { classes: ['a', 'b'], rows } });
    await expect(saved).rejects.toMatchObject({ code: 'USAGE', data: { field } });
    expect(await backend.client.priors.list()).toEqual([]);
  });

  it.each(['computed', 'identity', 'mine@2', ' '])(
    'refuse the name “%s”, which trainings would misread',
    async (name) => {
      const { backend } = await testBackend();
      await expect(backend.client.priors.save({ ...edited, name, prior: ab(0.1) })).rejects.toThrow();
    },
  );
});

describe.skipIf(!hasSharedData)(`the prior of the real FERPlus votes${needsSharedData}`, () => {
  it('differs from the published one by less than 0.03 in every cell, and its rows sum to one', {
    timeout: 240_000,
  }, async () => {
    const { backend } = await testBackend();
    const faces = new Map<string, FaceRow>();
    for (const row of await readFerplusRows()) {
      const key = row['Image name'] ?? '';
      if (row.Usage !== 'Training' || key === '' || faces.has(key)) continue;
      faces.set(key, { key, split: 'train', votes: FERPLUS_CLASSES.map(({ name }) => Number(row[name])) });
    }
    expect(faces.size).toBe(28_558);
    const datasetId = addFaces(backend.library, [...faces.values()], 'ferplus');
    const { prior, published, source } = await backend.client.priors.compute({ datasetId, splits: ['train'] });
    expect(source).toMatchObject({ faces: 25_057 });
    for (const row of prior.rows) expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
    const { largest, differences } = published!;
    expect(largest).toMatchObject({ row: 'disgust', column: 'disgust', from: 0.620813 });
    expect(Math.abs(largest.difference)).toBeLessThan(0.03);
    expect(Math.abs(largest.difference)).toBe(Math.max(...differences.flat().map(Math.abs)));
  });
});
