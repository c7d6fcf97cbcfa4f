import { describe, expect, it } from 'vitest';
import { ensureAnnotator } from '../../src/main/library/annotators.ts';
import {
  getPrior,
  listPriors,
  priorHistory,
  removePrior,
  renamePrior,
  savePrior,
} from '../../src/main/library/priors.ts';
import { ConflictError, NotFoundError, UsageError } from '../../src/shared/errors.ts';
import { tempLibrary } from '../support/temp.ts';

const ab = (share: number) => ({
  classes: ['a', 'b'],
  rows: [
    [1 - share, share],
    [share, 1 - share],
  ],
});
const order = {
  name: 'mine',
  expected: null as number | null,
  prior: ab(0.1),
  source: { kind: 'edited' as const },
  parentId: null as number | null,
  note: '',
  annotatorId: null as number | null,
};

describe('priors of the library', () => {
  it('keep every version with its parent, author, note and exact numbers', () => {
    const library = tempLibrary();
    const ada = ensureAnnotator(library, 'Ada').id;
    const first = savePrior(library, { ...order, prior: ab(1 / 3), source: { kind: 'preset', preset: 'uniform' } });
    const second = savePrior(library, { ...order, expected: 1, parentId: first.id, note: 'softer', annotatorId: ada });
    expect(second).toMatchObject({ version: 2, note: 'softer', author: 'Ada', parent: { name: 'mine', version: 1 } });
    expect(priorHistory(library, 'mine').map(({ version }) => version)).toEqual([2, 1]);
    expect(getPrior(library, 'mine', 1)).toEqual({
      ...first,
      rows: [
        [1 - 1 / 3, 1 / 3],
        [1 / 3, 1 - 1 / 3],
      ],
    });
    expect(getPrior(library, 'mine', null).version).toBe(2);
    expect(listPriors(library)).toMatchObject([{ name: 'mine', versions: 2, latest: { version: 2 } }]);
  });

  it('refuse a version that was made without knowing the newest one, and a taken name', () => {
    const library = tempLibrary();
    savePrior(library, { ...order, annotatorId: ensureAnnotator(library, 'Ada').id });
    savePrior(library, { ...order, expected: 1, annotatorId: ensureAnnotator(library, 'Ben').id });
    expect(() => savePrior(library, { ...order, expected: 1 })).toThrow(/at version 2 by now, by Ben/);
    expect(() => savePrior(library, order)).toThrow(ConflictError);
    expect(priorHistory(library, 'mine')).toHaveLength(2);
  });

  it('refuse what is no prior, and then keep nothing of it', () => {
    const library = tempLibrary();
    expect(() => savePrior(library, { ...order, prior: ab(-0.1) })).toThrow(UsageError);
    expect(() => savePrior(library, { ...order, parentId: 7 })).toThrow(NotFoundError);
    expect(listPriors(library)).toEqual([]);
  });

  it('are never altered', () => {
    const library = tempLibrary();
    savePrior(library, order);
    expect(() => library.sqlite.exec("UPDATE prior_versions SET rows = '[]'")).toThrow(/never altered/);
  });

  it('can be renamed and removed; what was made from one stays, without its parent', () => {
    const library = tempLibrary();
    const parent = savePrior(library, order);
    savePrior(library, { ...order, name: 'other', parentId: parent.id });
    expect(renamePrior(library, 'mine', 'yours')).toMatchObject({ name: 'yours', versions: 1 });
    expect(getPrior(library, 'other', null).parent).toEqual({ id: parent.id, name: 'yours', version: 1 });
    expect(() => renamePrior(library, 'yours', 'other')).toThrow(ConflictError);
    expect(removePrior(library, 'yours')).toEqual({ versions: 1 });
    expect(getPrior(library, 'other', null).parent).toBeNull();
    expect(() => getPrior(library, 'yours', null)).toThrow(/no prior named “yours”/);
    expect(() => getPrior(library, 'other', 9)).toThrow(/no version 9/);
  });
});
