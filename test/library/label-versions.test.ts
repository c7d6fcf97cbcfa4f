import { describe, expect, it } from 'vitest';
import { ensureAnnotator } from '../../src/main/library/annotators.ts';
import { compareLabels } from '../../src/main/library/compare-labels.ts';
import { faceLabels } from '../../src/main/library/current-labels.ts';
import { removeDataset } from '../../src/main/library/datasets.ts';
import type { Library } from '../../src/main/library/db.ts';
import { doLabels, undoLabels } from '../../src/main/library/label-actions.ts';
import { labelLayers } from '../../src/main/library/label-layers.ts';
import { labelOverlay, votesUnder } from '../../src/main/library/label-overlay.ts';
import { listLabelVersions, removeLabelVersion, saveLabelVersion } from '../../src/main/library/label-versions.ts';
import { rebuildLabels } from '../../src/main/library/rebuild-labels.ts';
import { restoreLabels } from '../../src/main/library/restore-labels.ts';
import type { LabelValue } from '../../src/shared/contract/labels.ts';
import { addFaces } from '../support/library-rows.ts';
import { tempLibrary } from '../support/temp.ts';

const NEUTRAL = [8, 0, 0, 2, 0, 0, 0, 0, 0, 0];
const [HAPPINESS, SADNESS, FEAR] = [1, 3, 6];

function fourFaces() {
  const library = tempLibrary();
  const datasetId = addFaces(
    library,
    ['a', 'b', 'c', 'd'].map((key) => ({ key: `${key}.png`, votes: key === 'd' ? NEUTRAL.map(() => 0) : NEUTRAL })),
  );
  const [ada, ben] = ['Ada', 'Ben'].map((name) => ensureAnnotator(library, name).id) as [number, number];
  return { library, datasetId, ada, ben };
}

function say(library: Library, annotatorId: number, sampleId: number, value: LabelValue): void {
  const { revision } = faceLabels(library, [sampleId])[0]!;
  doLabels(library, { annotatorId, changes: [{ sampleId, revision, ...value }], queueId: null, runId: null });
}

const label = (value: number | null): LabelValue => ({ field: 'label', value });
const save = (library: Library, datasetId: number, name: string) =>
  saveLabelVersion(library, { datasetId, name, note: 'why', annotatorId: null });
const states = (library: Library) => faceLabels(library, [1, 2, 3, 4]).map((face) => [face.label, face.votes]);

describe('a label version', () => {
  it('keeps the labels as they were, whatever is said after', () => {
    const { library, datasetId, ada } = fourFaces();
    say(library, ada, 1, label(FEAR));
    expect(save(library, datasetId, 'first')).toMatchObject({
      name: 'first',
      note: 'why',
      source: 'current',
      faces: 1,
    });
    say(library, ada, 1, label(SADNESS));
    expect([...labelOverlay(library, datasetId, 'first')]).toEqual([[1, { label: FEAR, votes: null }]]);
    expect([...labelOverlay(library, datasetId, 'current')]).toEqual([[1, { label: SADNESS, votes: null }]]);
    expect([...labelOverlay(library, datasetId, 'crowd')]).toEqual([]);
  });

  it('has a name of its own in its dataset; an unknown one is refused with those there are', () => {
    const { library, datasetId } = fourFaces();
    save(library, datasetId, 'first');
    expect(() => save(library, datasetId, 'first')).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
    expect(() => labelOverlay(library, datasetId, 'frist')).toThrow(
      expect.objectContaining({
        code: 'NOT_FOUND',
        detail: expect.objectContaining({ names: ['crowd', 'current', 'first'] }),
      }),
    );
    removeLabelVersion(library, datasetId, 'first');
    expect(listLabelVersions(library, datasetId)).toEqual([]);
  });

  it('goes with its dataset', () => {
    const { library, datasetId, ada } = fourFaces();
    say(library, ada, 1, label(FEAR));
    save(library, datasetId, 'first');
    removeDataset(library, datasetId);
    expect(library.prepare('SELECT count(*) FROM label_version_faces').pluck().get()).toBe(0);
  });
});

describe('votes under a version', () => {
  it('are all on the label that an annotator set, as many as there were', () => {
    const overlay = new Map([
      [1, { label: FEAR, votes: null }],
      [2, { label: null, votes: [-3, 5, 0, 0] }],
    ]);
    expect(votesUnder(overlay, 1, NEUTRAL)).toEqual([0, 0, 0, 0, 0, 0, 10, 0, 0, 0]);
    expect(votesUnder(overlay, 2, [8, 0, 0, 2])).toEqual([5, 5, 0, 2]);
    expect(votesUnder(overlay, 3, NEUTRAL)).toBe(NEUTRAL);
  });
});

describe('two versions compared', () => {
  it('tell what changed, the confusion, the agreement and Cohen’s κ', () => {
    const { library, datasetId, ada } = fourFaces();
    say(library, ada, 1, label(HAPPINESS));
    save(library, datasetId, 'first');
    say(library, ada, 2, label(HAPPINESS));
    say(library, ada, 4, label(FEAR));
    const found = compareLabels(library, { datasetId, from: 'first', to: 'current', first: 10 });
    expect(found).toMatchObject({ both: 3, same: 2, onlyFrom: 0, onlyTo: 1, neither: 0, agreement: 2 / 3 });
    // a happiness→happiness, b neutral→happiness, c neutral→neutral: p_o = 2/3, p_e = (1·2 + 2·1)/9 = 4/9, κ = 2/5.
    expect(found.kappa).toBeCloseTo(0.4, 12);
    expect(found.confusion[0]!.slice(0, 2)).toEqual([1, 1]);
    expect(found.confusion[1]!.slice(0, 2)).toEqual([0, 1]);
    expect(found.changed).toEqual({
      count: 2,
      first: [
        { sampleId: 2, key: 'b.png', split: 'valid', before: 'neutral', after: 'happiness' },
        { sampleId: 4, key: 'd.png', split: 'valid', before: null, after: 'fear' },
      ],
    });
    expect(compareLabels(library, { datasetId, from: 'first', to: 'current', first: 1 }).changed.first).toHaveLength(1);
  });
});

describe('restoring a version', () => {
  it('makes the current labels and votes its own again, as one action that can be undone', async () => {
    const { library, datasetId, ada, ben } = fourFaces();
    say(library, ada, 1, label(FEAR));
    say(library, ada, 2, { field: 'votes', value: [0, 3, 0, 0, 0, 0, 0, 0, 0, 0] });
    save(library, datasetId, 'first');
    const then = states(library);
    say(library, ben, 1, label(SADNESS));
    say(library, ben, 2, { field: 'votes', value: [-2, 0, 0, 1, 0, 0, 0, 0, 0, 0] });
    say(library, ben, 3, label(HAPPINESS));
    const now = states(library);
    expect(await restoreLabels(library, { datasetId, name: 'first', annotatorId: ben })).toEqual({
      faces: 3,
      events: 3,
    });
    expect(states(library)).toEqual(then);
    expect(compareLabels(library, { datasetId, from: 'first', to: 'current', first: 0 }).changed.count).toBe(0);
    undoLabels(library, ben);
    expect(states(library)).toEqual(now);
    expect(rebuildLabels(library, { repair: true }).changed).toBe(0);
  });

  it('takes in what is said while it is worked out', async () => {
    const { library, datasetId, ada, ben } = fourFaces();
    say(library, ada, 1, label(FEAR));
    save(library, datasetId, 'first');
    say(library, ada, 1, label(SADNESS));
    const restored = restoreLabels(library, { datasetId, name: 'first', annotatorId: ada });
    say(library, ben, 1, label(HAPPINESS));
    expect(await restored).toEqual({ faces: 1, events: 1 });
    expect(faceLabels(library, [1])).toMatchObject([{ label: FEAR, annotator: 'Ada', revision: 4 }]);
    expect(rebuildLabels(library, { repair: false }).changed).toBe(0);
  });

  it('says the crowd’s own label where somebody else’s word stands in its way', async () => {
    const { library, datasetId, ada, ben } = fourFaces();
    save(library, datasetId, 'empty');
    say(library, ada, 1, label(FEAR));
    expect(await restoreLabels(library, { datasetId, name: 'empty', annotatorId: ben })).toEqual({
      faces: 1,
      events: 1,
    });
    expect(faceLabels(library, [1])).toMatchObject([{ label: 0, annotator: 'Ben' }]);
    expect(await restoreLabels(library, { datasetId, name: 'crowd', annotatorId: ada })).toEqual({
      faces: 1,
      events: 1,
    });
    expect(compareLabels(library, { datasetId, from: 'crowd', to: 'current', first: 0 }).changed.count).toBe(0);
  });
});

describe('the layers of a dataset’s labels', () => {
  it('are the crowd’s votes, each annotator’s word, and what they come to', () => {
    const { library, datasetId, ada, ben } = fourFaces();
    say(library, ada, 1, label(FEAR));
    say(library, ada, 2, label(0));
    say(library, ben, 1, label(SADNESS));
    say(library, ben, 3, { field: 'votes', value: [-1, 2, 0, 0, 0, 0, 0, 0, 0, 0] });
    expect(labelLayers(library, datasetId)).toMatchObject({
      faces: 4,
      voted: 3,
      votes: 30,
      relabelled: 2,
      changed: 1,
      votesMoved: 3,
      facesMoved: 1,
      events: 4,
      annotators: [
        { name: 'Ada', labels: 2, withCrowd: 1, comparable: 2 },
        { name: 'Ben', labels: 1, withCrowd: 0, comparable: 1 },
      ],
    });
  });
});
