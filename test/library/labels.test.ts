import { describe, expect, it } from 'vitest';
import { ensureAnnotator } from '../../src/main/library/annotators.ts';
import { annotationsOf, faceLabels } from '../../src/main/library/current-labels.ts';
import { removeDataset } from '../../src/main/library/datasets.ts';
import type { Library } from '../../src/main/library/db.ts';
import { doLabels, redoLabels, undoLabels } from '../../src/main/library/label-actions.ts';
import { faceHistory, labelHistory } from '../../src/main/library/label-history.ts';
import { rebuildLabels } from '../../src/main/library/rebuild-labels.ts';
import type { LabelValue } from '../../src/shared/contract/labels.ts';
import { ConflictError, UsageError } from '../../src/shared/errors.ts';
import { addFaces } from '../support/library-rows.ts';
import { seededRandom } from '../support/random.ts';
import { tempLibrary } from '../support/temp.ts';

const NEUTRAL = [8, 0, 0, 2, 0, 0, 0, 0, 0, 0];
const [ADA, BEN] = ['Ada', 'Ben'];
const FEAR = 6;
const ANGER = 4;
const UNKNOWN = 8;

function threeFaces() {
  const library = tempLibrary();
  const datasetId = addFaces(
    library,
    ['a', 'b', 'c'].map((key) => ({ key: `${key}.png`, votes: NEUTRAL })),
  );
  const [ada, ben] = [ADA!, BEN!].map((name) => ensureAnnotator(library, name).id);
  return { library, datasetId, ada: ada!, ben: ben! };
}

const revisionOf = (library: Library, sampleId: number): number => faceLabels(library, [sampleId])[0]!.revision;

/** An action on faces as they stand. */
function act(library: Library, annotatorId: number, sampleIds: readonly number[], value: LabelValue) {
  const changes = sampleIds.map((sampleId) => ({ sampleId, revision: revisionOf(library, sampleId), ...value }));
  return doLabels(library, { annotatorId, changes, queueId: null, runId: null });
}

const label = (value: number | null): LabelValue => ({ field: 'label', value });
const votes = (value: number[] | null): LabelValue => ({ field: 'votes', value });

describe('a relabel', () => {
  it('stands beside the crowd’s votes, with who set it, and is in the log', () => {
    const { library, ada } = threeFaces();
    const outcome = act(library, ada, [1], label(FEAR));
    expect(outcome).toMatchObject({ kind: 'do', faces: [{ sampleId: 1, label: FEAR, annotator: ADA, revision: 1 }] });
    expect(faceHistory(library, 1)).toMatchObject([
      { annotator: ADA, field: 'label', before: null, after: FEAR, kind: 'do' },
    ]);
    expect(library.prepare('SELECT label FROM samples WHERE id = 1').pluck().get()).toBe(0);
  });

  it('gives way to a newer one of somebody else, and comes back when that is undone', () => {
    const { library, ada, ben } = threeFaces();
    act(library, ada, [1], label(FEAR));
    act(library, ben, [1], label(ANGER));
    expect(faceLabels(library, [1])).toMatchObject([{ label: ANGER, annotator: BEN }]);
    undoLabels(library, ben);
    expect(faceLabels(library, [1])).toMatchObject([{ label: FEAR, annotator: ADA, revision: 3 }]);
    expect(annotationsOf(library, 1).map(({ annotator, label: own }) => [annotator, own])).toEqual([
      [ADA, FEAR],
      [BEN, null],
    ]);
  });

  it('that is undone takes its former place in time, not the newest', () => {
    const { library, ada, ben } = threeFaces();
    act(library, ada, [1], label(FEAR));
    act(library, ben, [1], label(ANGER));
    act(library, ada, [1], label(UNKNOWN));
    undoLabels(library, ada);
    expect(faceLabels(library, [1])).toMatchObject([{ label: ANGER, annotator: BEN }]);
  });

  it('is withdrawn by null: the crowd’s word stands again', () => {
    const { library, ada } = threeFaces();
    act(library, ada, [1], label(FEAR));
    act(library, ada, [1], label(null));
    expect(faceLabels(library, [1])).toMatchObject([{ label: null, annotator: null, revision: 2 }]);
  });

  it('is refused for a class that is not there, and with it the whole action', () => {
    const { library, ada } = threeFaces();
    const changes = [1, 2].map((sampleId) => ({ sampleId, revision: 0, field: 'label' as const, value: sampleId * 9 }));
    expect(() => doLabels(library, { annotatorId: ada, changes, queueId: null, runId: null })).toThrow(UsageError);
    expect(faceLabels(library, [1, 2]).map(({ revision }) => revision)).toEqual([0, 0]);
    expect(labelHistory(library, { datasetId: null, annotatorId: null, before: null, limit: 9 })).toEqual([]);
  });
});

describe('a stale change', () => {
  it('is refused with what the face is now, and nothing of its action is done', () => {
    const { library, ada, ben } = threeFaces();
    act(library, ben, [2], label(FEAR));
    const changes = [1, 2].map((sampleId) => ({ sampleId, revision: 0, ...label(ANGER) }));
    const attempt = () => doLabels(library, { annotatorId: ada, changes, queueId: null, runId: null });
    expect(attempt).toThrow(ConflictError);
    expect(attempt).toThrow('b.png was changed meanwhile: it is fear, by Ben, now.');
    expect(faceLabels(library, [1, 2])).toMatchObject([{ revision: 0 }, { label: FEAR, revision: 1 }]);
  });
});

describe('added votes', () => {
  it('of all annotators add up, and none may take what is not there', () => {
    const { library, ada, ben } = threeFaces();
    act(library, ada, [1], votes([0, 0, 0, 0, 0, 0, 1, 0, 0, 0]));
    act(library, ben, [1], votes([-8, 0, 0, 0, 0, 0, 2, 0, 0, 0]));
    expect(faceLabels(library, [1])[0]!.votes).toEqual([-8, 0, 0, 0, 0, 0, 3, 0, 0, 0]);
    expect(() => act(library, ada, [1], votes([-1, 0, 0, 0, 0, 0, 0, 0, 0, 0]))).toThrow(/no 1 votes for neutral/);
    act(library, ada, [1], votes(new Array<number>(10).fill(0)));
    act(library, ben, [1], votes(null));
    expect(faceLabels(library, [1])[0]!.votes).toBeNull();
  });
});

describe('undo and redo', () => {
  it('walk back and forth over one’s own actions, many faces at once, and leave the others’ alone', () => {
    const { library, ada, ben } = threeFaces();
    act(library, ada, [1], label(FEAR));
    act(library, ada, [1, 2, 3], label(ANGER));
    act(library, ben, [3], label(UNKNOWN));
    act(library, ada, [2], { field: 'note', value: 'eyes closed' });
    const labels = () => faceLabels(library, [1, 2, 3]).map((face) => face.label);
    undoLabels(library, ada);
    expect(annotationsOf(library, 2)).toMatchObject([{ note: null, label: ANGER }]);
    undoLabels(library, ada);
    expect(labels()).toEqual([FEAR, null, UNKNOWN]);
    undoLabels(library, ada);
    expect(() => undoLabels(library, ada)).toThrow(ConflictError);
    expect(labels()).toEqual([null, null, UNKNOWN]);
    redoLabels(library, ada);
    redoLabels(library, ada);
    expect(labels()).toEqual([ANGER, ANGER, ANGER]);
    redoLabels(library, ada);
    expect(annotationsOf(library, 2)).toMatchObject([{ note: 'eyes closed' }]);
    expect(() => redoLabels(library, ada)).toThrow('There is nothing to redo.');
  });

  it('forget what was undone once something new is done', () => {
    const { library, ada } = threeFaces();
    act(library, ada, [1], label(FEAR));
    undoLabels(library, ada);
    act(library, ada, [2], label(ANGER));
    expect(() => redoLabels(library, ada)).toThrow(ConflictError);
    undoLabels(library, ada);
    expect(() => undoLabels(library, ada)).toThrow(ConflictError);
  });
});

describe('the log', () => {
  it('can neither be altered nor deleted, but goes with its dataset', () => {
    const { library, datasetId, ada } = threeFaces();
    act(library, ada, [1], label(FEAR));
    expect(() => library.sqlite.exec(`UPDATE label_events SET after = '1'`)).toThrow('never altered');
    expect(() => library.sqlite.exec('DELETE FROM label_events')).toThrow('never deleted');
    expect(() => library.sqlite.exec('UPDATE label_actions SET annotator_id = 2')).toThrow('never altered');
    removeDataset(library, datasetId);
    expect(library.prepare('SELECT count(*) FROM label_events').pluck().get()).toBe(0);
  });

  it('is all that the current labels come from: derived anew they are the same', () => {
    const { library, ada, ben } = threeFaces();
    const draw = seededRandom(11);
    for (let step = 0; step < 120; step += 1) {
      const who = draw() < 0.5 ? ada : ben;
      const face = 1 + Math.floor(draw() * 3);
      const choice = draw();
      try {
        if (choice < 0.25) undoLabels(library, who);
        else if (choice < 0.4) redoLabels(library, who);
        else if (choice < 0.6) act(library, who, [face], votes([0, 0, 0, Math.floor(draw() * 3), 0, 0, 0, 0, 0, 0]));
        else act(library, who, [face, (face % 3) + 1], label(Math.floor(draw() * 10)));
      } catch (error) {
        expect(error).toBeInstanceOf(ConflictError);
      }
    }
    const before = faceLabels(library, [1, 2, 3]);
    const { events, changed } = rebuildLabels(library, { repair: true });
    expect(events).toBeGreaterThan(60);
    expect(changed).toBe(0);
    expect(faceLabels(library, [1, 2, 3])).toEqual(before);
    library.sqlite.exec('UPDATE current_labels SET label = 5 WHERE sample_id = 1');
    expect(rebuildLabels(library, { repair: true }).changed).toBe(before[0]!.label === 5 ? 0 : 1);
    expect(faceLabels(library, [1, 2, 3])).toEqual(before);
  });
});
