import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Losses, lossChanges, lossesOf, taught } from '../../../src/shared/priors/what-if.ts';

const FILE = join(import.meta.dirname, '../../../../shared/fixtures/losses.json');
interface LossCase {
  readonly logits: readonly (readonly number[])[];
  readonly targets: readonly number[];
  readonly prior: readonly (readonly number[])[];
  readonly alpha: number;
  readonly gamma: number;
  readonly values: Readonly<Record<string, number>>;
}

const softmax = (logits: readonly number[]): readonly number[] => {
  const most = Math.max(...logits);
  const powers = logits.map((value) => Math.exp(value - most));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
};

describe('what a prior makes of a face', () => {
  it('is taught α of its target and 1 − α of its class’s row', () => {
    expect(taught([0, 1], [0.4, 0.6], 0.75)).toEqual([0.1, 0.9]);
  });

  it('costs what the formulas say', () => {
    const { crossEntropy, pdls, fPdls } = lossesOf([0.5, 0.25, 0.25], [1, 0, 0], [0.6, 0.4, 0], {
      alpha: 0.5,
      gamma: 2,
    });
    expect(crossEntropy).toBeCloseTo(Math.log(2), 12);
    expect(pdls).toBeCloseTo(0.8 * Math.log(2) + 0.2 * Math.log(4), 12);
    expect(fPdls).toBeCloseTo(0.25 * 0.8 * Math.log(2) + 0.5625 * 0.2 * Math.log(4), 12);
  });

  it('is finite for a probability that was rounded to zero', () => {
    expect(lossesOf([0, 1], [1, 0], [1, 0], { alpha: 1, gamma: 0 }).crossEntropy).toBeCloseTo(87.3, 1);
  });

  it('ranks faces by how much their loss changes, in either direction', () => {
    const sure = { target: [1, 0], label: 0, probabilities: [0.9, 0.1] };
    const wrong = { target: [0, 1], label: 1, probabilities: [0.8, 0.2] };
    const before = {
      classes: ['a', 'b'],
      rows: [
        [0.9, 0.1],
        [0.1, 0.9],
      ],
    };
    const after = {
      classes: ['a', 'b'],
      rows: [
        [0.9, 0.1],
        [0.5, 0.5],
      ],
    };
    const changes = lossChanges([sure, wrong], before, after, 'pdls', { alpha: 0.5, gamma: 0 });
    expect(changes.map(({ face }) => face)).toEqual([1, 0]);
    expect(changes[0]!.after - changes[0]!.before).toBeCloseTo(0.5 * 0.4 * (Math.log(5) - Math.log(1.25)) * -1, 12);
    expect(changes[1]).toMatchObject({ before: changes[1]!.after });
  });
});

describe.skipIf(!existsSync(FILE))('the losses of a what-if beside PyTorch’s (skipped without ../shared)', () => {
  const NAMES = [
    ['cross_entropy', 'crossEntropy'],
    ['pdls', 'pdls'],
    ['f_pdls', 'fPdls'],
  ] as const satisfies readonly (readonly [string, keyof Losses])[];
  const cases = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as readonly LossCase[]) : [];

  it.each(cases.map((each, index) => [index, each] as const))('are the same for batch %i', (_, each) => {
    const { logits, targets, prior, alpha, gamma, values } = each;
    const losses = logits.map((row, face) => {
      const label = targets[face]!;
      const target = row.map((__, index) => Number(index === label));
      return lossesOf(softmax(row), target, prior[label]!, { alpha, gamma });
    });
    for (const [theirs, ours] of NAMES) {
      const mean = losses.reduce((sum, face) => sum + face[ours], 0) / losses.length;
      expect(Math.abs(mean - values[theirs]!), theirs).toBeLessThan(1e-5);
    }
  });
});
