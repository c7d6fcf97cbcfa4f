import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { PROTOCOLS } from '../../src/main/analysis/protocols/index.ts';
import { FERPLUS_CLASSES } from '../../src/shared/class-sets.ts';
import { hasSharedData, needsSharedData, readFerplusRows } from '../support/shared-data.ts';

const emotion = FERPLUS_CLASSES.map((entry) => entry.emotion);
const protocol = (name: string) => PROTOCOLS.find((entry) => entry.name === name)!;
const target = (name: string, votes: readonly number[]) => protocol(name).target(votes, emotion);

describe('every protocol', () => {
  const votes = fc.array(fc.nat({ max: 12 }), { minLength: 10, maxLength: 10 });

  it.each(PROTOCOLS.map((entry) => [entry.name, entry] as const))(
    '%s gives no target, or one that sums to 1 over emotions that were voted for',
    (_, entry) => {
      fc.assert(
        fc.property(votes, (counts) => {
          const result = entry.target(counts, emotion);
          if (result === null) return;
          expect(result.reduce((total, value) => total + value, 0)).toBeCloseTo(1, 12);
          expect(result.slice(8)).toEqual([0, 0]);
          result.forEach((value, index) => {
            if (value > 0) expect(counts[index]).toBeGreaterThan(0);
          });
        }),
      );
    },
  );

  it.each(PROTOCOLS.map((entry) => [entry.name, entry] as const))('%s drops a face without votes', (_, entry) => {
    expect(entry.target(new Array<number>(10).fill(0), emotion)).toBeNull();
  });
});

describe('the majority protocol', () => {
  it('keeps a face whose top class holds more than half, single votes not counted', () => {
    expect(target('majority', [5, 4, 1, 0, 0, 0, 0, 0, 0, 0])).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
  it('drops a face whose top class holds exactly half', () => {
    expect(target('majority', [5, 5, 0, 0, 0, 0, 0, 0, 0, 0])).toBeNull();
    expect(target('majority', [4, 2, 2, 0, 0, 0, 0, 0, 0, 0])).toBeNull();
  });
  it('counts votes for unknown and NF against the top class, and drops a face they lead', () => {
    expect(target('majority', [5, 0, 0, 0, 0, 0, 0, 0, 5, 0])).toBeNull();
    expect(target('majority', [3, 0, 0, 0, 0, 0, 0, 0, 0, 7])).toBeNull();
  });
});

describe('the probability and cross-entropy protocols', () => {
  it('take classes from the top until three quarters of the votes are taken', () => {
    expect(target('probability', [6, 2, 2, 0, 0, 0, 0, 0, 0, 0])).toEqual([0.6, 0.2, 0.2, 0, 0, 0, 0, 0, 0, 0]);
    expect(target('cross-entropy', [8, 2, 0, 0, 0, 0, 0, 0, 0, 0])).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
  it('stop at a non-emotion and leave it out when an emotion came before it', () => {
    expect(target('probability', [6, 0, 0, 0, 0, 0, 0, 0, 4, 0])).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(target('probability', [4, 0, 0, 0, 0, 0, 0, 0, 6, 0])).toBeNull();
  });
  it('drop a face whose ties take more than three classes', () => {
    expect(target('probability', [2, 2, 2, 2, 0, 0, 0, 0, 0, 0])).toBeNull();
  });
});

describe('the multi-target protocol', () => {
  it('keeps every class with at least 30 % of the votes', () => {
    expect(target('multi-target', [5, 3, 2, 0, 0, 0, 0, 0, 0, 0])).toEqual([0.625, 0.375, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
  it('drops a face whose kept classes hold no more than half', () => {
    expect(target('multi-target', [4, 2, 2, 2, 0, 0, 0, 0, 0, 0])).toBeNull();
  });
});

describe('the top-vote protocol', () => {
  it('takes a single label as it is', () => {
    expect(target('top-vote', [0, 1, 0, 0, 0, 0, 0, 0, 0, 0])).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

/**
 * Faces kept, faces by argmax class, and summed targets by class, from Microsoft's published FERPlus code run over the
 * same rows of fer2013new.csv outside this project.
 */
const PUBLISHED = [
  ['majority', 'Training', 25060, [8740, 7287, 3149, 3014, 2100, 119, 532, 119], null],
  ['majority', 'PublicTest', 3199, [1182, 865, 415, 351, 287, 24, 62, 13], null],
  [
    'probability',
    'Training',
    27956,
    [10122, 7503, 3524, 3430, 2407, 169, 641, 160],
    [9444.6218, 7521.3365, 3474.6032, 3814.5758, 2427.5099, 236.5921, 789.0762, 247.6845],
  ],
  [
    'cross-entropy',
    'PublicTest',
    3505,
    [1317, 897, 450, 401, 314, 31, 72, 23],
    [1245.969, 903.5813, 450.5817, 420.9504, 317.025, 37.9754, 91.281, 37.6361],
  ],
  [
    'multi-target',
    'Training',
    27671,
    [10071, 7492, 3486, 3399, 2327, 153, 598, 145],
    [9470.8393, 7491.9325, 3435.1798, 3752.7103, 2384.373, 203.056, 731.4008, 201.5083],
  ],
  [
    'multi-target',
    'PublicTest',
    3472,
    [1307, 893, 446, 400, 307, 30, 71, 18],
    [1247.1726, 897.7925, 447.0587, 416.8524, 308.8099, 36.2583, 88.6111, 29.4444],
  ],
] as const;

describe.skipIf(!hasSharedData)(`protocols over the real FERPlus votes${needsSharedData}`, () => {
  let rows: Record<string, string>[] = [];
  beforeAll(async () => {
    rows = await readFerplusRows();
  });

  it.each(PUBLISHED)('%s on %s keeps the faces of the published code', (name, usage, kept, byClass, sums) => {
    const counts = new Array<number>(8).fill(0);
    const totals = new Array<number>(8).fill(0);
    for (const row of rows) {
      if (row.Usage !== usage) continue;
      const result = target(
        name,
        FERPLUS_CLASSES.map((entry) => Number(row[entry.name])),
      );
      if (result === null) continue;
      counts[result.indexOf(Math.max(...result))]! += 1;
      for (let index = 0; index < 8; index += 1) totals[index]! += result[index]!;
    }
    expect(counts.reduce((total, count) => total + count, 0)).toBe(kept);
    expect(counts).toEqual(byClass);
    sums?.forEach((expected, index) => {
      expect(totals[index]).toBeCloseTo(expected, 3);
    });
  });
});
