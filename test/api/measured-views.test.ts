import { describe, expect, it } from 'vitest';
import { MEASURE_NAMES } from '../../src/main/analysis/measure-run.ts';
import { predictionMeasures } from '../../src/main/analysis/prediction-measures.ts';
import type { Backend } from '../../src/main/api/backend.ts';
import { commitPredictions } from '../../src/main/library/predictions.ts';
import type { RunRecord } from '../../src/main/library/runs.ts';
import { encodeVotes } from '../../src/main/library/votes.ts';
import { FERPLUS_CLASSES } from '../../src/shared/class-sets.ts';
import type { SampleFilter, SampleSort, ViewQuery } from '../../src/shared/entities.ts';
import { addFaces, addRun, peaked } from '../support/library-rows.ts';
import { testBackend } from '../support/server.ts';

const FACES = 60;
const votesOf = (index: number): number[] =>
  Array.from({ length: 10 }, (_, column) => (index === 7 ? 0 : (index * (column + 3)) % 6));
const probabilitiesOf = (index: number): number[] => peaked(8, index % 8, 0.2 + ((index * 37) % 80) / 100);

function predict(backend: Backend, run: RunRecord, from: number, to: number): void {
  const batch = Array.from({ length: to - from }, (_, at) => from + at);
  const rows = batch.map((index) => ({ sampleId: index + 1, probabilities: probabilitiesOf(index), embedding: null }));
  commitPredictions(backend.library, run, rows, 1);
}

async function populated() {
  const { backend } = await testBackend();
  const faces = Array.from({ length: FACES }, (_, index) => ({ key: `${index}.png`, votes: votesOf(index) }));
  const datasetId = addFaces(backend.library, faces);
  const run = addRun(backend.library, datasetId);
  predict(backend, run, 0, FACES - 10);
  const query = (filter: SampleFilter, sort: SampleSort = 'imported', descending = false): ViewQuery => ({
    datasetId,
    runId: run.id,
    filter,
    sort,
    descending,
  });
  const idsOf = async (asked: ViewQuery): Promise<number[]> => {
    const { tiles } = await backend.client.samples.page({ query: asked, offset: 0, limit: 2000 });
    return tiles.map(({ id }) => id);
  };
  return { backend, client: backend.client, run, datasetId, query, idsOf };
}

/** The measure of each face as the registry computes it from votes and probabilities, without the store. */
function expected(name: string): (number | null)[] {
  return Array.from({ length: FACES }, (_, index) => {
    const votes = votesOf(index);
    const most = Math.max(...votes);
    const label = most === 0 ? null : votes.indexOf(most);
    const probabilities = [...probabilitiesOf(index).map(Math.fround), 0, 0];
    const found = predictionMeasures(FERPLUS_CLASSES, votes, label, probabilities);
    return found.find((measure) => measure.name === name)!.value;
  });
}

describe('a view by measures of a run', () => {
  it.each(MEASURE_NAMES)('is ordered by %s, faces without a value last either way', async (name) => {
    const { idsOf, query } = await populated();
    const values = expected(name).map((value, index) => (index < FACES - 10 ? value : null));
    for (const descending of [false, true]) {
      const found = (await idsOf(query({}, `measure.${name}`, descending))).map((id) => values[id - 1] ?? null);
      expect(found).toHaveLength(FACES);
      const present = found.filter((value) => value !== null);
      expect(found.slice(0, present.length)).toEqual(present);
      expect(present.length).toBe(values.filter((value) => value !== null).length);
      const rounded = present.map(Math.fround);
      expect(rounded).toEqual(rounded.toSorted((a, b) => (descending ? b - a : a - b)));
    }
  });

  it('holds the faces within the ranges of a filter, and no face without the measure', async () => {
    const { idsOf, query } = await populated();
    const [mistaken, js] = [expected('mistakenness'), expected('jsDivergence')];
    const within = (value: number | null | undefined, low: number, high: number): boolean =>
      typeof value === 'number' && value >= low && value <= high;
    const wanted = Array.from({ length: FACES - 10 }, (_, index) => index)
      .filter((index) => within(mistaken[index], 0.5, 0.8) && within(js[index], 0.1, 0.4))
      .map((index) => index + 1);
    expect(wanted.length).toBeGreaterThan(2);
    expect(await idsOf(query({ measures: { mistakenness: [0.5, 0.8], jsDivergence: [0.1, 0.4] } }))).toEqual(wanted);
  });

  it('counts each measure that is asked for as if its own range were not there', async () => {
    const { client, query } = await populated();
    const hardness = expected('hardness').slice(0, FACES - 10);
    const filter: SampleFilter = { measures: { hardness: [1, 1.5], mistakenness: [0, 1] } };
    const { measures } = await client.samples.facets({ query: query(filter), measures: ['hardness'] });
    expect(Object.keys(measures)).toEqual(['hardness', 'mistakenness']);
    const mistaken = expected('mistakenness').slice(0, FACES - 10);
    const counted = hardness.filter((_, index) => mistaken[index] !== null).length;
    expect(measures.hardness!.counts.reduce((sum, count) => sum + count, 0)).toBe(counted);
    expect(measures.hardness).toMatchObject({ from: 0, to: 3 });
    const without = await client.samples.facets({ query: { ...query({}), runId: null }, measures: ['hardness'] });
    expect(without.measures).toEqual({});
  });

  it('follows a run as it goes on', async () => {
    const { backend, run, idsOf, query } = await populated();
    const filter: SampleFilter = { measures: { hardness: [0, 9] } };
    expect(await idsOf(query(filter))).toHaveLength(FACES - 10);
    predict(backend, run, FACES - 10, FACES);
    expect(await idsOf(query(filter))).toHaveLength(FACES);
  });

  it('measures a face anew when its votes or label change, and only that one', async () => {
    const { backend, run, client, idsOf, query } = await populated();
    const filter: SampleFilter = { measures: { klFromVotes: [0, 1e9] } };
    const before = await idsOf(query(filter));
    expect(before).not.toContain(8);
    const votes = [0, 0, 0, 0, 0, 0, 0, 9, 0, 0];
    backend.library.prepare('UPDATE samples SET votes = ?, label = 7 WHERE id = 8').run(encodeVotes(votes));
    expect(backend.library.prepare('SELECT count(*) FROM measures').pluck().get()).toBe(FACES - 11);
    expect(await idsOf(query(filter))).toEqual([...before, 8].toSorted((a, b) => a - b));
    const stored = backend.library.prepare('SELECT numbers FROM measures WHERE sample_id = 8').pluck().get() as Buffer;
    const { prediction } = await client.samples.get({ id: 8, runId: run.id });
    const kl = prediction!.measures.find(({ name }) => name === 'klFromVotes')!.value!;
    expect(stored.readFloatLE(MEASURE_NAMES.indexOf('klFromVotes') * 4)).toBeCloseTo(kl, 5);
  });

  it('measures a face by the label that an annotator gives it, and by the crowd’s again when that is undone', async () => {
    const { backend, run, client, query } = await populated();
    const annotator = await client.labels.annotator();
    const ofFace = async (): Promise<number> => {
      const asked = { query: query({ ids: [1] }, 'measure.selfConfidence'), offset: 0, limit: 1 };
      await client.samples.page(asked);
      const numbers = backend.library
        .prepare('SELECT numbers FROM measures WHERE sample_id = 1')
        .pluck()
        .get() as Buffer;
      return numbers.readFloatLE(MEASURE_NAMES.indexOf('selfConfidence') * 4);
    };
    const { prediction, label } = await client.samples.get({ id: 1, runId: run.id });
    const other = label === 3 ? 4 : 3;
    const before = await ofFace();
    const change = { sampleId: 1, revision: 0, field: 'label' as const, value: other };
    await client.labels.apply({ annotatorId: annotator.id, changes: [change] });
    expect(await ofFace()).toBeCloseTo(prediction!.probabilities[other]!, 6);
    const { prediction: after } = await client.samples.get({ id: 1, runId: run.id });
    const shown = after!.measures.find(({ name }) => name === 'selfConfidence')!.value!;
    expect(shown).toBeCloseTo(prediction!.probabilities[other]!, 6);
    await client.labels.undo({ annotatorId: annotator.id });
    expect(await ofFace()).toBe(before);
  });

  it('drops what was stored under another set of measures', async () => {
    const { backend, idsOf, query } = await populated();
    const order = query({}, 'measure.hardness');
    const before = await idsOf(order);
    backend.library.prepare('UPDATE measures SET numbers = zeroblob(4)').run();
    backend.library.prepare(`UPDATE measure_sets SET names = '["loudness"]', revision = revision + 1`).run();
    expect(await idsOf(order)).toEqual(before);
  });

  it('is refused for a measure that there is not', async () => {
    const { client, query } = await populated();
    const asked = { query: query({}, 'measure.loudness'), offset: 0, limit: 1 };
    await expect(client.samples.page(asked)).rejects.toMatchObject({ code: 'USAGE', data: { names: MEASURE_NAMES } });
    const malformed = { query: query({}, 'measure.DROP TABLE' as SampleSort), offset: 0, limit: 1 };
    await expect(client.samples.page(malformed)).rejects.toMatchObject({ code: 'USAGE' });
  });
});
