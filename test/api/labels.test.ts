import { describe, expect, it } from 'vitest';
import { ensureAnnotator } from '../../src/main/library/annotators.ts';
import { openLibrary } from '../../src/main/library/db.ts';
import { doLabels } from '../../src/main/library/label-actions.ts';
import { commitPredictions } from '../../src/main/library/predictions.ts';
import type { BackendEvent } from '../../src/shared/contract/jobs.ts';
import { addFaces, addRun, peaked } from '../support/library-rows.ts';
import { testBackend } from '../support/server.ts';

const [HAPPINESS, FEAR, UNKNOWN] = [1, 6, 8];
const votes = (neutral: number, happiness: number): number[] => [neutral, happiness, 0, 0, 0, 0, 0, 0, 0, 0];

async function threeFaces() {
  const { backend } = await testBackend();
  const { client, library } = backend;
  const datasetId = addFaces(library, [
    { key: 'a.png', votes: votes(10, 0) },
    { key: 'b.png', votes: votes(4, 6) },
    { key: 'c.png', votes: votes(5, 5) },
  ]);
  const { id: annotatorId } = await client.labels.chooseAnnotator({ name: 'Ada' });
  const relabel = (sampleId: number, revision: number, value: number, queueId: number | null = null) =>
    client.labels.apply({ annotatorId, changes: [{ sampleId, revision, field: 'label', value }], queueId });
  return { backend, client, library, datasetId, annotatorId, relabel };
}

/** The next event of the kind `labels`. */
async function nextLabels(events: AsyncIterable<BackendEvent>) {
  for await (const event of events) if (event.type === 'labels') return event.faces;
  throw new Error('The events ended.');
}

describe('labels', () => {
  it('are set by whoever is chosen, who is at first named as the machine’s user', async () => {
    const { backend } = await testBackend();
    const first = await backend.client.labels.annotator();
    expect(first.name).not.toBe('');
    const ada = await backend.client.labels.chooseAnnotator({ name: '  Ada ' });
    expect(await backend.client.labels.annotator()).toEqual(ada);
    expect((await backend.client.labels.annotators()).map(({ name }) => name).toSorted()).toEqual(
      ['Ada', first.name].toSorted(),
    );
  });

  it('are told to every watcher, also those that another process sets', async () => {
    const { client, library, relabel } = await threeFaces();
    const stop = new AbortController();
    const events = await client.jobs.watch(undefined, { signal: stop.signal });
    const told = nextLabels(events);
    await relabel(1, 0, FEAR);
    expect(await told).toMatchObject([{ sampleId: 1, label: FEAR, annotator: 'Ada', revision: 1 }]);
    const again = nextLabels(await client.jobs.watch(undefined, { signal: stop.signal }));
    const other = openLibrary(library.file);
    const ben = ensureAnnotator(other, 'Ben').id;
    const changes = [{ sampleId: 2, revision: 0, field: 'label' as const, value: UNKNOWN! }];
    doLabels(other, { annotatorId: ben, changes, queueId: null, runId: null });
    other.close();
    expect(await again).toMatchObject([{ sampleId: 2, label: UNKNOWN, annotator: 'Ben' }]);
    stop.abort();
  });

  it('are refused with a conflict over the wire where the face has changed', async () => {
    const { relabel } = await threeFaces();
    await relabel(1, 0, FEAR!);
    await expect(relabel(1, 0, HAPPINESS!)).rejects.toMatchObject({
      code: 'CONFLICT',
      data: { field: 'revision', table: [expect.anything(), ['a.png', 'fear', 'Ada', '1']] },
    });
  });

  it('settle the face of the queue they are set in, and open it again when undone', async () => {
    const { client, datasetId, annotatorId, relabel } = await threeFaces();
    const query = { datasetId, runId: null, filter: {}, order: 'most-ambiguous', name: 'q' };
    const queue = await client.queues.create(query);
    await relabel(3, 0, FEAR!, queue.id);
    expect(await client.queues.get({ id: queue.id })).toMatchObject({ done: 1, remaining: 2, changed: 0 });
    await client.labels.undo({ annotatorId });
    expect(await client.queues.get({ id: queue.id })).toMatchObject({ done: 0, remaining: 3 });
    await client.labels.redo({ annotatorId });
    await relabel(3, 3, UNKNOWN!);
    expect(await client.queues.get({ id: queue.id })).toMatchObject({ done: 0, remaining: 3, changed: 1 });
  });

  it('are what faces are judged by in place of the votes, and counted', async () => {
    const { client, library, datasetId, relabel } = await threeFaces();
    const run = addRun(library, datasetId);
    const outcomes = [1, 2, 3].map((id) => ({ sampleId: id, probabilities: peaked(8, FEAR!, 0.9), embedding: null }));
    commitPredictions(library, run, outcomes, 1);
    const evaluate = () => client.analysis.evaluate({ runId: run.id, split: 'valid', protocol: 'majority' });
    expect(await evaluate()).toMatchObject({ accuracy: 0, support: 2, dropped: 1, relabelled: 0 });
    await relabel(1, 0, FEAR!);
    await relabel(2, 0, UNKNOWN!);
    expect(await evaluate()).toMatchObject({ accuracy: 1, support: 1, dropped: 2, relabelled: 2 });
  });
});
