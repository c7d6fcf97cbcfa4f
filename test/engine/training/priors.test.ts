import { describe, expect, it } from 'vitest';
import { trainingTargets } from '../../../src/main/api/training-targets.ts';
import { priorFromTargets, priorTable } from '../../../src/main/engine/training/priors.ts';
import type { FaceTargets } from '../../../src/main/engine/training/targets.ts';
import { FERPLUS_CLASSES, FERPLUS_EMOTIONS } from '../../../src/shared/class-sets.ts';
import { ClassMappingError, UsageError } from '../../../src/shared/errors.ts';
import { publishedFerplus } from '../../../src/shared/priors/presets/published-ferplus.ts';
import { checkPrior, mapPrior, type Prior } from '../../../src/shared/priors/prior.ts';
import { addFaces } from '../../support/library-rows.ts';
import { hasSharedData, needsSharedData, readFerplusRows } from '../../support/shared-data.ts';
import { tempLibrary } from '../../support/temp.ts';

/** Faces whose votes and labels are given; their targets are one-hot. */
const table = (
  classes: readonly string[],
  faces: readonly { label: number; votes: readonly number[] }[],
): FaceTargets => ({
  classes,
  ids: Uint32Array.from(faces.keys()),
  labels: Uint16Array.from(faces, ({ label }) => label),
  targets: Float32Array.from(faces.flatMap(({ label }) => classes.map((_, index) => Number(index === label)))),
  shares: Float32Array.from(faces.flatMap(({ votes }) => votes.map((n) => n / votes.reduce((a, b) => a + b, 0)))),
  ambiguity: new Float32Array(faces.length),
  dropped: 0,
});

const PRIOR: Prior = {
  classes: ['neutral', 'happiness', 'anger'],
  rows: [
    [0.7, 0.1, 0.2],
    [0.05, 0.9, 0.05],
    [0.25, 0.15, 0.6],
  ],
};

describe('a prior from votes', () => {
  it('has in row k the mean distribution of the votes for the faces whose label is k', () => {
    const { rows } = priorFromTargets(
      table(
        ['a', 'b', 'c'],
        [
          { label: 0, votes: [6, 2, 0] },
          { label: 0, votes: [2, 1, 1] },
          { label: 1, votes: [1, 9, 0] },
          { label: 2, votes: [0, 0, 5] },
        ],
      ),
    );
    const expected = [
      [(0.75 + 0.5) / 2, 0.25, 0.125],
      [0.1, 0.9, 0],
      [0, 0, 1],
    ];
    rows.forEach((row, label) => {
      row.forEach((value, index) => {
        expect(value).toBeCloseTo(expected[label]![index]!, 7);
      });
    });
  });

  it('gives a class without faces a row of its own', () => {
    const prior = priorFromTargets(table(['a', 'b'], [{ label: 0, votes: [3, 1] }]));
    expect(prior.rows).toEqual([
      [0.75, 0.25],
      [0, 1],
    ]);
    expect(() => checkPrior(prior)).not.toThrow();
  });
});

describe('a prior’s check', () => {
  const withCell = (value: number): Prior => ({ ...PRIOR, rows: [PRIOR.rows[0]!, PRIOR.rows[1]!, [0.25, value, 0.6]] });

  it('lets a sound one pass, printed with six digits too', () => {
    expect(() => checkPrior(PRIOR)).not.toThrow();
    expect(() => checkPrior(withCell(0.150003))).not.toThrow();
  });

  it.each([Number.NaN, -0.15, Number.POSITIVE_INFINITY])('names the cell that holds %d', (value) => {
    expect(() => checkPrior(withCell(value))).toThrow(UsageError);
    expect(() => checkPrior(withCell(value))).toThrow(`its row anger has ${value} in the column happiness`);
  });

  it('names the row that does not sum to one', () => {
    expect(() => checkPrior(withCell(0.16))).toThrow('its row anger sums to 1.01, not 1');
  });

  it('names what is missing', () => {
    expect(() => checkPrior({ ...PRIOR, rows: PRIOR.rows.slice(1) })).toThrow('2 rows for 3 classes');
    expect(() => checkPrior({ ...PRIOR, rows: [[1, 0], ...PRIOR.rows.slice(1)] })).toThrow('neutral has 2 cells');
  });
});

describe('a prior over a model’s classes', () => {
  it('is put in the model’s order by name, rows and columns', () => {
    expect(mapPrior(PRIOR, ['Angry', 'neutral', 'happy'])).toEqual({
      classes: ['Angry', 'neutral', 'happy'],
      rows: [
        [0.6, 0.25, 0.15],
        [0.2, 0.7, 0.1],
        [0.05, 0.05, 0.9],
      ],
    });
    expect([...priorTable(PRIOR, ['anger', 'neutral', 'happiness'])].slice(0, 3)).toEqual(
      [0.6, 0.25, 0.15].map(Math.fround),
    );
  });

  it.each([
    [['neutral', 'happiness', 'anger', 'fear'], ['fear']],
    [['neutral', 'happiness'], ['anger']],
    [
      ['neutral', 'happiness', 'smirk'],
      ['smirk', 'anger'],
    ],
    [['neutral', 'anger', 'angry'], ['happiness']],
  ])('is refused for %j, naming %j', (classes, names) => {
    let refusal: unknown;
    try {
      priorTable(PRIOR, classes);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(ClassMappingError);
    expect((refusal as ClassMappingError).detail.names).toEqual(names);
  });
});

/** FERPlus's prior as the paper's public code prints it (Vo et al. 2020), in FERPlus class order. */
const PUBLISHED = [
  [0.777334, 0.03261, 0.017447, 0.114091, 0.026224, 0.007145, 0.004379, 0.020772],
  [0.042842, 0.917618, 0.023221, 0.004816, 0.004217, 0.001969, 0.001755, 0.003563],
  [0.058354, 0.035775, 0.787254, 0.01037, 0.014319, 0.003015, 0.088513, 0.0024],
  [0.170124, 0.013292, 0.008632, 0.747902, 0.022808, 0.011237, 0.015923, 0.010082],
  [0.074781, 0.02535, 0.060215, 0.031924, 0.740551, 0.034938, 0.023251, 0.008989],
  [0.08959, 0.017445, 0.016911, 0.088629, 0.125152, 0.620813, 0.007788, 0.033671],
  [0.042815, 0.012239, 0.169483, 0.072557, 0.027228, 0.013045, 0.658964, 0.003671],
  [0.147933, 0.022174, 0.00989, 0.042923, 0.033551, 0.059924, 0.005507, 0.678099],
];

it('is what the preset of that name has', () => {
  expect(publishedFerplus.make(FERPLUS_EMOTIONS, 0).rows).toEqual(PUBLISHED);
});

describe.skipIf(!hasSharedData)(`the prior of the real FERPlus votes${needsSharedData}`, () => {
  it('is within 0.03 of the published one', async () => {
    const rows = (await readFerplusRows()).filter(({ Usage }) => Usage === 'Training');
    const faces = rows.map((row, index) => ({
      key: String(index),
      split: 'train' as const,
      pixels: 'one for all',
      votes: FERPLUS_CLASSES.map(({ name }) => Number(row[name])),
    }));
    const library = tempLibrary();
    const datasetId = addFaces(library, faces);
    const targets = trainingTargets(library, { datasetId, splits: ['train'], protocol: 'majority' });
    expect(targets.ids).toHaveLength(25_060);
    const prior = priorFromTargets(targets);
    checkPrior(prior);
    expect(prior.classes).toEqual(FERPLUS_EMOTIONS);
    const differences = prior.rows.flatMap((row, label) =>
      row.map((value, index) => ({
        difference: Math.abs(value - PUBLISHED[label]![index]!),
        cell: `${prior.classes[label]}, ${prior.classes[index]}`,
      })),
    );
    const largest = differences.reduce((most, entry) => (entry.difference > most.difference ? entry : most));
    process.stdout.write(
      `largest difference from the published prior: ${largest.difference.toFixed(4)} (${largest.cell})\n`,
    );
    expect(largest.difference).toBeLessThan(0.03);
  });
});
