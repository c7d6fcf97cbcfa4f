import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateRun } from '../../src/main/analysis/evaluate.ts';
import { trainingTargets } from '../../src/main/api/training-targets.ts';
import { commitPredictions } from '../../src/main/library/predictions.ts';
import type { LabelExportReport, LabelImportReport } from '../../src/shared/contract/label-files.ts';
import { addFaces, addRun, peaked } from '../support/library-rows.ts';
import { testBackend } from '../support/server.ts';
import { tempFolder } from '../support/temp.ts';

const [NEUTRAL, HAPPINESS, FEAR] = [0, 1, 6];
const votes = (neutral: number, happiness: number): number[] => [neutral, happiness, 0, 0, 0, 0, 0, 0, 0, 0];

/** Faces of the train split, a run that predicts all of them as neutral, and Ada, who labels. */
async function threeFaces() {
  const { backend } = await testBackend();
  const { client, library } = backend;
  const split = 'train';
  const datasetId = addFaces(library, [
    { key: 'a.png', split, votes: votes(10, 0) },
    { key: 'b.png', split, votes: votes(2, 8) },
    { key: 'c.png', split, votes: votes(9, 1) },
  ]);
  const run = addRun(library, datasetId, { splits: [split] });
  const outcomes = [1, 2, 3].map((sampleId) => ({ sampleId, probabilities: peaked(8, NEUTRAL, 0.9), embedding: null }));
  commitPredictions(library, run, outcomes, 1);
  const relabel = async (name: string, sampleId: number, value: number) => {
    const { id: annotatorId } = await client.labels.chooseAnnotator({ name });
    const [state] = await client.labels.faces({ sampleIds: [sampleId] });
    return client.labels.apply({
      annotatorId,
      changes: [{ sampleId, revision: state!.revision, field: 'label', value }],
    });
  };
  return { backend, client, library, datasetId, runId: run.id, relabel };
}

describe('label versions', () => {
  it('are scored by: the votes as imported, the labels as they are now, or those kept under a name', async () => {
    const { client, datasetId, runId, relabel } = await threeFaces();
    await relabel('Ada', 2, NEUTRAL);
    await client.labelVersions.save({ datasetId, name: 'first', note: 'one face' });
    await relabel('Ada', 3, FEAR);
    const accuracy = async (labels?: string) =>
      (await client.analysis.evaluate({ runId, split: 'train', protocol: 'majority', labels })).accuracy;
    expect(await accuracy('crowd')).toBeCloseTo(2 / 3, 12);
    expect(await accuracy('first')).toBe(1);
    expect(await accuracy('current')).toBeCloseTo(2 / 3, 12);
    expect(await accuracy()).toBeCloseTo(2 / 3, 12);
    await expect(accuracy('second')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      data: { names: ['crowd', 'current', 'first'] },
    });
  });

  it('are trained on', async () => {
    const { library, client, datasetId, relabel } = await threeFaces();
    await relabel('Ada', 2, FEAR);
    await client.labelVersions.save({ datasetId, name: 'first' });
    await relabel('Ada', 2, NEUTRAL);
    const taught = (labels: string) =>
      Array.from(trainingTargets(library, { datasetId, splits: ['train'], protocol: 'majority', labels }).labels);
    expect(taught('crowd')).toEqual([NEUTRAL, HAPPINESS, NEUTRAL]);
    expect(taught('first')).toEqual([NEUTRAL, FEAR, NEUTRAL]);
    expect(taught('current')).toEqual([NEUTRAL, NEUTRAL, NEUTRAL]);
  });

  it('are listed, compared, restored and forgotten; names that are always there are refused', async () => {
    const { client, datasetId, relabel } = await threeFaces();
    await relabel('Ada', 2, FEAR);
    await client.labelVersions.save({ datasetId, name: ' first ', note: 'one face' });
    expect(await client.labelVersions.list({ datasetId })).toMatchObject([
      { name: 'first', annotator: 'Ada', faces: 1 },
    ]);
    await relabel('Ben', 2, NEUTRAL);
    const compared = () => client.labelVersions.compare({ datasetId, from: 'first', to: 'current', first: 5 });
    expect(await compared()).toMatchObject({ changed: { count: 1, first: [{ before: 'fear', after: 'neutral' }] } });
    expect(await client.labelVersions.restore({ datasetId, name: 'first' })).toEqual({ faces: 1, events: 1 });
    expect(await compared()).toMatchObject({ changed: { count: 0 }, agreement: 1 });
    await client.labelVersions.remove({ datasetId, name: 'first' });
    await expect(compared()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(client.labelVersions.save({ datasetId, name: 'crowd' })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('tell whose word the labels are', async () => {
    const { client, datasetId, relabel } = await threeFaces();
    await relabel('Ada', 2, FEAR);
    expect(await client.labelVersions.layers({ datasetId })).toMatchObject({
      faces: 3,
      votes: 30,
      relabelled: 1,
      changed: 1,
      annotators: [{ name: 'Ada', labels: 1 }],
    });
    await expect(client.labelVersions.layers({ datasetId: 99 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('consensus', () => {
  it('is made by any method of the registry, with the annotators’ quality', async () => {
    const { client, datasetId, relabel } = await threeFaces();
    await relabel('Ada', 1, NEUTRAL);
    await relabel('Ada', 2, HAPPINESS);
    await relabel('Ben', 2, FEAR);
    await relabel('Cem', 2, FEAR);
    const methods = (await client.consensus.methods()).map(({ name }) => name);
    expect(methods).toEqual(['majority', 'vote-sum', 'dawid-skene', 'crowdlab', 'crowdlab-equal']);
    for (const method of methods) {
      const report = await client.consensus.compute({ datasetId, method });
      expect(report).toMatchObject({ faces: 3, problem: null, method: { name: method } });
      expect(report.annotators.map(({ name }) => name)).toEqual(['Ada', 'Ben', 'Cem']);
      expect(report.qualities.reduce((sum, count) => sum + count, 0)).toBe(report.decided);
    }
    const report = await client.consensus.compute({ datasetId, method: 'majority' });
    expect(report).toMatchObject({ decided: 2, notCrowd: 1, run: null });
    expect(report.annotators.map(({ quality }) => quality)).toEqual([0.5, 1, 1]);
    expect(report.lowest[0]).toMatchObject({ key: 'b.png', label: 'fear', crowd: 'happiness', current: 'fear' });
    expect(report.lowest[0]!.quality).toBeCloseTo(2 / 3, 12);
  });

  it('counts an annotator’s label as one more vote beside the crowd’s', async () => {
    const { client, datasetId, relabel } = await threeFaces();
    for (const name of ['Ada', 'Ben']) await relabel(name, 2, NEUTRAL);
    const { lowest } = await client.consensus.compute({ datasetId, method: 'vote-sum' });
    expect(lowest[0]).toMatchObject({ key: 'b.png', label: 'happiness', current: 'neutral', quality: 8 / 12 });
  });

  it('is kept as a label version, which can then be compared and scored by', async () => {
    const { client, library, datasetId, runId } = await threeFaces();
    const { version } = await client.consensus.save({ datasetId, method: 'crowdlab-equal', name: 'by crowdlab' });
    expect(version).toMatchObject({ source: 'crowdlab-equal', faces: 3 });
    const labels = 'by crowdlab';
    expect(evaluateRun(library, { runId, split: 'train', protocol: 'majority', labels }).support).toBe(3);
  });

  it('says what is missing instead of a word', async () => {
    const { client, library, datasetId } = await threeFaces();
    expect((await client.consensus.compute({ datasetId, method: 'dawid-skene' })).problem).toMatch(/annotator/);
    await expect(client.consensus.save({ datasetId, method: 'dawid-skene', name: 'x' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await expect(client.consensus.compute({ datasetId, method: 'mode' })).rejects.toMatchObject({ code: 'USAGE' });
    const other = addFaces(library, [{ key: 'a.png', votes: votes(1, 0) }], 'other');
    await expect(client.consensus.compute({ datasetId: other, method: 'crowdlab' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('label files', () => {
  it('are written and read by jobs, the labels of an import told to every watcher', async () => {
    const { backend, client, datasetId, relabel } = await threeFaces();
    await relabel('Ada', 2, FEAR);
    const out = join(tempFolder(), 'labels.csv');
    const exporting = await client.labelFiles.export({ datasetId, format: 'ferplus-csv', out });
    const written = await backend.context.jobs.finished(exporting.id);
    expect(written.status).toBe('done');
    expect((written.result as LabelExportReport).files[0]).toBe(out);
    writeFileSync(out, readFileSync(out, 'utf8').replace(/fear,Ada,/, 'sadness,Zoë,'));
    expect(await client.labelFiles.preview({ datasetId, file: out })).toMatchObject({
      conflicts: {
        count: 1,
        first: [{ face: 'b.png', by: 'Ada', before: 'fear', after: 'sadness', annotator: 'Zoë' }],
      },
    });
    const refused = await client.labelFiles.import({ datasetId, file: out });
    expect(await backend.context.jobs.finished(refused.id)).toMatchObject({
      status: 'failed',
      error: { code: 'CONFLICT' },
    });
    const importing = await client.labelFiles.import({ datasetId, file: out, conflicts: 'theirs' });
    const done = await backend.context.jobs.finished(importing.id);
    expect((done.result as LabelImportReport).events).toBe(1);
    expect(await client.labels.faces({ sampleIds: [2] })).toMatchObject([{ label: 3, annotator: 'Zoë' }]);
  });

  it('are of the layouts that the registries have', async () => {
    const { client } = await threeFaces();
    const { exports, imports } = await client.labelFiles.formats();
    expect(exports.map(({ name }) => name)).toEqual(['ferplus-csv', 'jsonl', 'class-folders', 'label-studio']);
    expect(imports.map(({ name }) => name)).toEqual(['label-studio', 'jsonl', 'csv']);
    await expect(client.labelFiles.export({ datasetId: 1, format: 'xml', out: '/nowhere' })).rejects.toMatchObject({
      code: 'USAGE',
      data: { field: 'format' },
    });
  });
});
