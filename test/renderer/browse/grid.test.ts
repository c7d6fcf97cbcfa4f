import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moveByKey } from '../../../src/renderer/components/browse/grid-keys.ts';
import {
  GRID_PADDING,
  layoutGrid,
  rowsInSight,
  topToShow,
} from '../../../src/renderer/components/browse/grid-layout.ts';
import { agrees, tileWords, votesBackground } from '../../../src/renderer/components/browse/tile-look.ts';
import { percentWords, voiceRows, voiceText } from '../../../src/renderer/components/browse/two-voices.ts';
import { TILE_SIZES } from '../../../src/renderer/stores/view-codec.ts';
import { filterWords } from '../../../src/renderer/stores/view-filter-text.ts';
import type { SampleDetail, SampleTile } from '../../../src/shared/entities.ts';

const CLASSES = ['neutral', 'happiness', 'anger'];
const TILE: SampleTile = {
  id: 7,
  key: 'fer0000007.png',
  split: 'train',
  label: 1,
  votes: [2, 6, 0],
  predicted: 2,
  confidence: 0.61,
};

describe('the layout of the grid', () => {
  it('fits its columns into the width and every face into its rows', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.integer({ min: 120, max: 4000 }),
        fc.constantFrom(...TILE_SIZES),
        (count, width, tile) => {
          const layout = layoutGrid(count, width, tile);
          expect(layout.rows * layout.columns).toBeGreaterThanOrEqual(count);
          expect((layout.rows - 1) * layout.columns).toBeLessThan(Math.max(1, count));
          expect(layout.pitch).toBeGreaterThan(tile);
          if (layout.columns > 1) {
            expect(layout.left + (layout.columns - 1) * layout.pitch + tile).toBeLessThanOrEqual(width - GRID_PADDING);
          }
        },
      ),
    );
  });

  it('draws the rows that touch the window, and no row that is not there', () => {
    const layout = layoutGrid(95, 760, 96);
    expect(rowsInSight(layout, 0, 700, 0)[0]).toBe(0);
    expect(rowsInSight(layout, layout.height - 700, 700, 5)[1]).toBe(layout.rows - 1);
    expect(layoutGrid(0, 760, 96).height).toBe(0);
  });

  it('does not move for a row that is in sight', () => {
    const layout = layoutGrid(5000, 760, 96);
    expect(topToShow(layout, 4, 300, 700)).toBe(300);
    expect(topToShow(layout, 0, 300, 700)).toBe(0);
  });
});

describe('the movement keys', () => {
  const shape = { count: 23, columns: 5, rowsPerPage: 2 };

  it.each([
    ['ArrowRight', 4, 5],
    ['ArrowRight', 22, 22],
    ['ArrowLeft', 5, 4],
    ['ArrowLeft', 0, 0],
    ['ArrowDown', 3, 8],
    ['ArrowDown', 19, 22],
    ['ArrowUp', 2, 2],
    ['ArrowUp', 22, 17],
    ['PageDown', 1, 11],
    ['PageDown', 18, 22],
    ['PageUp', 22, 12],
    ['Home', 13, 0],
    ['End', 13, 22],
    ['x', 13, null],
  ])('%s leads from %i to %s', (key, from, to) => {
    expect(moveByKey(key, from, shape)).toBe(to);
  });

  it('reach every face from every other, one step at a time', () => {
    let index = 0;
    for (let n = 1; n < shape.count; n += 1) {
      index = moveByKey('ArrowRight', index, shape)!;
      expect(index).toBe(n);
    }
  });

  it('lead nowhere in an empty view', () => {
    expect(moveByKey('End', -1, { ...shape, count: 0 })).toBeNull();
  });
});

describe('a tile', () => {
  it('marks disagreement only where both voices speak', () => {
    expect(agrees(TILE)).toBe(false);
    expect(agrees({ label: 1, predicted: 1 })).toBe(true);
    expect(agrees({ label: null, predicted: 1 })).toBeNull();
    expect(agrees({ label: 1, predicted: null })).toBeNull();
  });

  it('says in words what it shows', () => {
    expect(tileWords(TILE, CLASSES)).toBe('fer0000007.png, crowd: happiness, model: anger, they disagree');
    expect(tileWords({ ...TILE, label: null, predicted: null }, CLASSES)).toBe('fer0000007.png, crowd: no label');
  });

  it('draws the votes as stretches as wide as their share', () => {
    expect(votesBackground(TILE.votes, CLASSES)).toBe(
      'linear-gradient(to right, var(--class-0) 0.00% 25.00%, var(--class-1) 25.00% 100.00%)',
    );
    expect(votesBackground([0, 0, 0], CLASSES)).toBeNull();
  });
});

describe('the two-voice chart', () => {
  const face = {
    votes: [2, 6, 0],
    votesTotal: 8,
    label: 1,
    prediction: { predicted: 2, probabilities: [0.1, 0.2, 0.7] },
  } as unknown as SampleDetail;

  it('has one row a class with both voices and their first choices', () => {
    const rows = voiceRows(face, CLASSES);
    expect(rows.map(({ share }) => share)).toEqual([0.25, 0.75, 0]);
    expect(rows.map(({ probability }) => probability)).toEqual([0.1, 0.2, 0.7]);
    expect(rows.findIndex(({ crowdFirst }) => crowdFirst)).toBe(1);
    expect(rows.findIndex(({ modelFirst }) => modelFirst)).toBe(2);
  });

  it('copies its numbers, with a dash where no model speaks', () => {
    expect(voiceText(voiceRows({ ...face, prediction: null }, CLASSES)).split('\n')).toEqual([
      'Class\tVotes\tShare\tModel',
      'neutral\t2\t0.25\t–',
      'happiness\t6\t0.75\t–',
      'anger\t0\t0.00\t–',
    ]);
  });

  it.each([
    [0, '0 %'],
    [0.0049, '<1 %'],
    [0.005, '1 %'],
    [0.614, '61 %'],
    [0.9951, '>99 %'],
    [1, '100 %'],
  ])('says the probability %d as %s', (probability, words) => {
    expect(percentWords(probability)).toBe(words);
  });
});

describe('an active filter in words', () => {
  it.each([
    ['labels', { labels: [1, 2] }, 'happiness, anger'],
    ['agreement', { agreement: ['none'] }, 'not comparable'],
    ['voteEntropy', { voteEntropy: [0.25, 1] }, '0.25 – 1'],
    ['votesTotal', { votesTotal: [10, 10] }, '10'],
    ['target', { target: { protocol: 'majority', classes: [2] } }, 'anger by majority'],
    ['text', { text: 'fer00' }, '“fer00”'],
    ['splits', { splits: ['train', 'none'] }, 'train, no split'],
    ['measures', { measures: { hardness: [0.5, 1], klFromVotes: [2, 2] } }, 'hardness 0.50 – 1, klFromVotes 2'],
    ['ids', { ids: [4, 9] }, '2 faces'],
  ] as const)('%s', (field, filter, words) => {
    expect(filterWords(field, structuredClone(filter) as never, CLASSES)).toBe(words);
  });
});
