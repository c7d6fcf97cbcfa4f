import { describe, expect, it } from 'vitest';
import { ensureAnnotator } from '../../src/main/library/annotators.ts';
import type { Library } from '../../src/main/library/db.ts';
import { durably } from '../../src/main/library/durably.ts';
import { doLabels, redoLabels, undoLabels } from '../../src/main/library/label-actions.ts';
import { addFaces } from '../support/library-rows.ts';
import { tempLibrary } from '../support/temp.ts';

const [NORMAL, FULL] = [1, 2];
const level = (library: Library): number => library.sqlite.pragma('synchronous', { simple: true }) as number;

describe('a durable transaction', () => {
  it('is committed with synchronous=FULL, and leaves the connection as it was', () => {
    const library = tempLibrary();
    expect(durably(library, () => level(library))).toBe(FULL);
    expect(level(library)).toBe(NORMAL);
    expect(() =>
      durably(library, () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(level(library)).toBe(NORMAL);
  });

  it('is what a label, its undo and its redo are written in', () => {
    const library = tempLibrary();
    addFaces(library, [{ key: 'a.png', votes: [8, 0, 0, 2, 0, 0, 0, 0, 0, 0] }]);
    const sampleId = library.prepare('SELECT id FROM samples').pluck().get() as number;
    const { id: annotatorId } = ensureAnnotator(library, 'Ada');
    const levels: number[] = [];
    const watched: Library = {
      ...library,
      transaction: (work) => {
        levels.push(level(library));
        return library.transaction(work);
      },
    };
    const changes = [{ sampleId, revision: 0, field: 'label', value: 6 } as const];
    doLabels(watched, { annotatorId, changes, queueId: null, runId: null });
    undoLabels(watched, annotatorId);
    redoLabels(watched, annotatorId);
    expect(levels).toEqual([FULL, FULL, FULL]);
  });
});
