import { describe, expect, it } from 'vitest';
import { QUEUE_ORDERS } from '../../src/main/analysis/queue-orders/index.ts';
import { commitPredictions } from '../../src/main/library/predictions.ts';
import type { NewQueue } from '../../src/shared/contract/queues.ts';
import { addFaces, addRun, peaked } from '../support/library-rows.ts';
import { testBackend } from '../support/server.ts';

/** Votes for neutral and happiness, the rest zero. */
const votes = (neutral: number, happiness: number): number[] => [neutral, happiness, 0, 0, 0, 0, 0, 0, 0, 0];

/** Six faces of known ambiguity: the more even the two counts, the more ambiguous. */
async function sixFaces() {
  const { backend } = await testBackend();
  const datasetId = addFaces(backend.library, [
    { key: 'sure.png', votes: votes(10, 0) },
    { key: 'even.png', votes: votes(5, 5) },
    { key: 'almost.png', votes: votes(9, 1) },
    { key: 'wavering.png', votes: votes(4, 6) },
    { key: 'happy.png', votes: votes(0, 10) },
    { key: 'train.png', votes: votes(5, 5), split: 'train' },
  ]);
  const queue = {
    name: 'ambiguous',
    datasetId,
    runId: null,
    filter: { splits: ['valid'] },
    order: 'most-ambiguous',
  } as const satisfies Partial<NewQueue>;
  return { backend, client: backend.client, datasetId, queue: { ...queue, filter: { splits: ['valid' as const] } } };
}

describe('a review queue', () => {
  it('holds the faces of its query in its order, with the score of each', async () => {
    const { client, queue } = await sixFaces();
    const made = await client.queues.create(queue);
    expect(made).toMatchObject({
      name: 'ambiguous',
      dataset: 'faces',
      model: null,
      orderLabel: 'Most ambiguous',
      scoreLabel: 'Vote entropy',
      total: 5,
      done: 0,
      skipped: 0,
      remaining: 5,
      position: 0,
    });
    const { items } = await client.queues.items({ id: made.id, offset: 0, limit: 10 });
    expect(items.map(({ tile }) => tile.key)).toEqual([
      'even.png',
      'wavering.png',
      'almost.png',
      'sure.png',
      'happy.png',
    ]);
    expect(items[0]!.score).toBeCloseTo(Math.log(2) / Math.log(10), 12);
    expect(items.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4]);
  });

  it('is balanced over the classes on request, and cut at its limit', async () => {
    const { client, queue } = await sixFaces();
    const made = await client.queues.create({ ...queue, balanced: true, limit: 4 });
    const { items, total } = await client.queues.items({ id: made.id, offset: 0, limit: 10 });
    expect(total).toBe(4);
    // even, almost and sure are labelled neutral, wavering and happy happiness.
    expect(items.map(({ tile }) => tile.key)).toEqual(['even.png', 'wavering.png', 'almost.png', 'happy.png']);
  });

  it('keeps count of what is done, skipped and left, and goes on behind it', async () => {
    const { client, queue } = await sixFaces();
    const { id } = await client.queues.create(queue);
    const settle = async (from: number, status: 'done' | 'skipped') => {
      const item = (await client.queues.next({ id, from }))!;
      return client.queues.settle({ id, sampleId: item.tile.id, status });
    };
    await settle(0, 'done');
    await settle(0, 'skipped');
    expect(await settle(3, 'done')).toMatchObject({ done: 2, skipped: 1, remaining: 2, total: 5 });
    const next = async (from: number, backwards = false) =>
      (await client.queues.next({ id, from, backwards }))?.position ?? null;
    expect(await next(0)).toBe(2);
    expect(await next(3)).toBe(4);
    expect(await next(5)).toBe(2);
    expect(await next(3, true)).toBe(2);
    expect(await next(1, true)).toBeNull();
    expect(await client.queues.move({ id, position: 4 })).toMatchObject({ position: 4 });
    expect(await client.queues.move({ id, position: 400 })).toMatchObject({ position: 5 });
    expect(await client.queues.unskip({ id })).toMatchObject({ done: 2, skipped: 0, remaining: 3 });
    await settle(1, 'done');
    await settle(2, 'done');
    expect(await settle(4, 'done')).toMatchObject({ done: 5, remaining: 0 });
    expect(await next(0)).toBeNull();
  });

  it('shows no face twice: asked again it appends only what is new', async () => {
    const { backend, client, queue } = await sixFaces();
    const { id } = await client.queues.create({ ...queue, filter: { splits: ['valid'], votesTotal: [10, 10] } });
    const first = (await client.queues.next({ id, from: 0 }))!;
    await client.queues.settle({ id, sampleId: first.tile.id, status: 'done' });
    backend.library.prepare(`UPDATE samples SET split = 1 WHERE key = 'train.png'`).run();
    // Columns are read again where samples come or go.
    addFaces(backend.library, [], 'other');
    await client.samples.facets({ query: { datasetId: 2, runId: null, filter: {}, sort: 'key', descending: false } });
    expect(await client.queues.refill({ id })).toMatchObject({ added: 1, queue: { total: 6, done: 1, remaining: 5 } });
    expect((await client.queues.refill({ id })).added).toBe(0);
    const { items } = await client.queues.items({ id, offset: 0, limit: 10 });
    expect(items.map(({ status }) => status)).toEqual(['done', ...new Array(5).fill('waiting')]);
    expect(items.at(-1)!.tile.key).toBe('train.png');
  });

  it('brings a settled face back once its label is changed elsewhere', async () => {
    const { client, queue } = await sixFaces();
    const { id } = await client.queues.create(queue);
    const first = (await client.queues.next({ id, from: 0 }))!;
    await client.queues.settle({ id, sampleId: first.tile.id, status: 'done' });
    expect(await client.queues.next({ id, from: 0 })).toMatchObject({ position: 1 });
    const annotatorId = (await client.labels.annotator()).id;
    const change = { sampleId: first.tile.id, revision: 0, field: 'label' as const, value: 6 };
    await client.labels.apply({ annotatorId, changes: [change] });
    expect(await client.queues.next({ id, from: 0 })).toMatchObject({ position: 0, changed: true, status: 'done' });
    expect(await client.queues.get({ id })).toMatchObject({ done: 0, changed: 1, remaining: 5, total: 5 });
    await client.queues.settle({ id, sampleId: first.tile.id, status: 'done' });
    expect(await client.queues.get({ id })).toMatchObject({ done: 1, changed: 0, remaining: 4 });
  });

  it('stands beside others, each with progress of its own, and is found by its name', async () => {
    const { client, queue } = await sixFaces();
    const one = await client.queues.create(queue);
    const two = await client.queues.create({ ...queue, name: 'audit', order: 'random-audit', seed: 7 });
    const { items } = await client.queues.items({ id: one.id, offset: 0, limit: 1 });
    await client.queues.settle({ id: one.id, sampleId: items[0]!.tile.id, status: 'done' });
    expect((await client.queues.list({ datasetId: null })).map(({ name, done }) => [name, done])).toEqual([
      ['audit', 0],
      ['ambiguous', 1],
    ]);
    expect(await client.queues.find({ name: 'audit' })).toMatchObject({ id: two.id });
    await expect(client.queues.create(queue)).rejects.toMatchObject({ code: 'CONFLICT', data: { field: 'name' } });
    await expect(client.queues.rename({ id: two.id, name: 'ambiguous' })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await client.queues.rename({ id: two.id, name: 'sample' })).toMatchObject({ name: 'sample' });
    await client.queues.remove({ id: one.id });
    await expect(client.queues.get({ id: one.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(client.queues.find({ name: 'ambiguous' })).rejects.toMatchObject({ data: { names: ['sample'] } });
  });

  it('is refused where its order is unknown, needs a run, or finds nothing', async () => {
    const { client, queue } = await sixFaces();
    await expect(client.queues.create({ ...queue, order: 'loudest' })).rejects.toMatchObject({
      code: 'USAGE',
      data: { field: 'order', names: QUEUE_ORDERS.map(({ name }) => name) },
    });
    await expect(client.queues.create({ ...queue, order: 'most-mistaken' })).rejects.toMatchObject({
      code: 'USAGE',
      data: { field: 'runId' },
    });
    await expect(client.queues.create({ ...queue, filter: { splits: ['test'] } })).rejects.toMatchObject({
      code: 'USAGE',
      message: 'No face is in this queue.',
    });
    expect(await client.queues.list({ datasetId: null })).toEqual([]);
  });
});

describe('similar faces', () => {
  it('are the nearest by the cosine of the run’s embeddings, with their labels', async () => {
    const { backend, client, datasetId } = await sixFaces();
    const run = addRun(backend.library, datasetId);
    const embeddings = [
      [1, 0],
      [2, 0.2],
      [0, 5],
      [-1, 0],
      [1, 1],
    ];
    commitPredictions(
      backend.library,
      run,
      embeddings.map((embedding, index) => ({ sampleId: index + 1, probabilities: peaked(8, 0, 0.9), embedding })),
      1,
    );
    const { compared, faces } = await client.samples.similar({ id: 1, runId: run.id, count: 3 });
    expect(compared).toBe(5);
    expect(faces.map(({ tile }) => [tile.key, tile.label])).toEqual([
      ['even.png', 0],
      ['happy.png', 1],
      ['almost.png', 0],
    ]);
    expect(faces[0]!.similarity).toBeCloseTo(2 / Math.hypot(2, 0.2), 6);
    expect(faces[1]!.similarity).toBeCloseTo(Math.SQRT1_2, 6);
    expect(await client.samples.similar({ id: 6, runId: run.id, count: 3 })).toEqual({ compared: 5, faces: [] });
  });
});

describe('the order of leaked duplicates', () => {
  it('holds only faces whose pixels another split has, copies together, those with different labels first', async () => {
    const { backend } = await testBackend();
    const datasetId = addFaces(backend.library, [
      { key: 'alone.png', votes: votes(10, 0) },
      { key: 'same-1.png', votes: votes(9, 1), pixels: 'same' },
      { key: 'within-1.png', votes: votes(0, 10), pixels: 'within' },
      { key: 'differs-1.png', votes: votes(8, 2), pixels: 'differs' },
      { key: 'within-2.png', votes: votes(0, 10), pixels: 'within' },
      { key: 'same-2.png', votes: votes(9, 1), pixels: 'same', split: 'train' },
      { key: 'differs-2.png', votes: votes(2, 8), pixels: 'differs', split: 'train' },
      { key: 'same-3.png', votes: votes(10, 0), pixels: 'same', split: 'train' },
    ]);
    const keysOf = async (name: string, splits: ('train' | 'valid')[]) => {
      const queue = { name, datasetId, runId: null, filter: { splits }, order: 'leaked-duplicates' };
      const { id } = await backend.client.queues.create(queue);
      const { items } = await backend.client.queues.items({ id, offset: 0, limit: 10 });
      return items.map(({ tile, score }) => [tile.key, score]);
    };
    expect(await keysOf('everywhere', ['train', 'valid'])).toEqual([
      ['differs-1.png', 2],
      ['differs-2.png', 2],
      ['same-1.png', 3],
      ['same-2.png', 3],
      ['same-3.png', 3],
    ]);
    expect(await keysOf('valid alone', ['valid'])).toEqual([
      ['differs-1.png', 2],
      ['same-1.png', 3],
    ]);
  });
});
