import { describe, expect, it } from 'vitest';
import { epochOrder, repeatsIn } from '../../../src/main/engine/training/sampling/epoch-order.ts';
import { SAMPLERS, type SamplerName } from '../../../src/main/engine/training/sampling/index.ts';
import {
  SAMPLING_DEFAULTS,
  type SampledFace,
  type Sampler,
  type SamplingSettings,
} from '../../../src/main/engine/training/sampling/sampler.ts';
import { UsageError } from '../../../src/shared/errors.ts';
import { seededRandom } from '../../support/random.ts';

const sampler = (name: SamplerName): Sampler => SAMPLERS.find((entry) => entry.name === name)!;
const random = seededRandom(11);
const CLASS_SIZES = [600, 250, 120, 30];
const FACES: readonly SampledFace[] = CLASS_SIZES.flatMap((size, label) =>
  Array.from({ length: size }, () => ({ label, ambiguity: random() })),
);

const order = (
  name: SamplerName,
  settings: Partial<SamplingSettings> = {},
  epoch = { seed: 1, epoch: 0 },
  faces = FACES,
): number[] => [...epochOrder(faces, sampler(name), { ...SAMPLING_DEFAULTS, ...settings }, epoch)];

/** How many places of an order each class takes. */
const byClass = (places: readonly number[]): number[] =>
  CLASS_SIZES.map((_, label) => places.filter((face) => FACES[face]!.label === label).length);

describe.each(SAMPLERS)('$name', ({ name }) => {
  it('orders an epoch by seed and number alone, so that it goes on at any position', () => {
    expect(order(name)).toEqual(order(name));
    expect(order(name, {}, { seed: 1, epoch: 1 })).not.toEqual(order(name));
    expect(order(name, {}, { seed: 2, epoch: 0 })).not.toEqual(order(name));
  });

  it('meets as many faces as there are, mixed', () => {
    const places = order(name);
    expect(places).toHaveLength(FACES.length);
    const inFirstHalf = byClass(places.slice(0, FACES.length / 2));
    byClass(places).forEach((count, label) => {
      expect(inFirstHalf[label]! / count).toBeGreaterThan(0.25);
      expect(inFirstHalf[label]! / count).toBeLessThan(0.75);
    });
  });

  it('orders no face and one face', () => {
    expect(order(name, {}, { seed: 1, epoch: 0 }, [])).toEqual([]);
    expect(order(name, {}, { seed: 1, epoch: 0 }, [{ label: 3, ambiguity: 0.5 }])).toEqual([0]);
  });
});

describe('shuffled', () => {
  it('is a permutation', () => {
    for (let epoch = 0; epoch < 20; epoch += 1) {
      expect(order('shuffled', {}, { seed: 3, epoch }).toSorted((a, b) => a - b)).toEqual([...FACES.keys()]);
    }
  });

  it('puts every face first, last or anywhere with the same probability', () => {
    const faces = Array.from({ length: 4 }, () => ({ label: 0, ambiguity: 0 }));
    const seen = new Map<string, number>();
    for (let epoch = 0; epoch < 2400; epoch += 1) {
      const key = order('shuffled', {}, { seed: 9, epoch }, faces).join('');
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    expect(seen.size).toBe(24);
    for (const count of seen.values()) {
      expect(count).toBeGreaterThan(60);
      expect(count).toBeLessThan(145);
    }
  });
});

describe('class-balanced', () => {
  it('meets every class alike often, within one face', () => {
    for (const count of byClass(order('class-balanced'))) expect(Math.abs(count - FACES.length / 4)).toBeLessThan(2);
  });

  it('meets the faces of one class alike often, within one meeting', () => {
    const places = order('class-balanced');
    const rare = [...FACES.keys()].filter((face) => FACES[face]!.label === 3);
    for (const face of rare) {
      const count = places.filter((place) => place === face).length;
      expect(Math.abs(count - FACES.length / 4 / 30)).toBeLessThan(1);
    }
  });

  it('meets other faces of a large class in another epoch', () => {
    const large = (epoch: number): Set<number> =>
      new Set(order('class-balanced', {}, { seed: 1, epoch }).filter((face) => FACES[face]!.label === 0));
    expect(large(0).size).toBeGreaterThan(240);
    expect([...large(1)].some((face) => !large(0).has(face))).toBe(true);
  });

  it('goes half way with half the balance, and nowhere without', () => {
    const roots = CLASS_SIZES.map(Math.sqrt);
    const total = roots.reduce((sum, root) => sum + root, 0);
    byClass(order('class-balanced', { balance: 0.5 })).forEach((count, label) => {
      expect(Math.abs(count - (FACES.length * roots[label]!) / total)).toBeLessThan(2);
    });
    expect(byClass(order('class-balanced', { balance: 0 }))).toEqual(CLASS_SIZES);
  });
});

describe('ambiguity-weighted', () => {
  const meetings = (emphasis: number, faces: readonly SampledFace[], epochs = 200): number[] => {
    const counts = faces.map(() => 0);
    for (let epoch = 0; epoch < epochs; epoch += 1) {
      for (const face of order('ambiguity-weighted', { emphasis }, { seed: 4, epoch }, faces)) counts[face]! += 1;
    }
    return counts.map((count) => count / epochs);
  };
  const THREE = [0, 0.5, 1].map((ambiguity) => ({ label: 0, ambiguity }));

  it('meets faces in proportion to 1 + emphasis · ambiguity', () => {
    const [clear, half, doubtful] = meetings(3, THREE) as [number, number, number];
    expect(clear).toBeCloseTo((3 * 1) / 7.5, 1);
    expect(half).toBeCloseTo((3 * 2.5) / 7.5, 1);
    expect(doubtful).toBeCloseTo((3 * 4) / 7.5, 1);
  });

  it('leaves wholly ambiguous faces out at -1, and is a permutation at 0', () => {
    expect(meetings(-1, THREE)[2]).toBe(0);
    expect(meetings(0, THREE)).toEqual([1, 1, 1]);
  });

  it('refuses weights below zero', () => {
    expect(() => order('ambiguity-weighted', { emphasis: -2 })).toThrow(UsageError);
    expect(() => order('ambiguity-weighted', { emphasis: Number.NaN })).toThrow(UsageError);
    expect(() => meetings(-1, [{ label: 0, ambiguity: 1 }])).toThrow('one must be positive');
  });
});

describe('repeats', () => {
  it('count how often each face came before', () => {
    expect([...repeatsIn(Uint32Array.from([5, 2, 5, 5, 2, 7]))]).toEqual([0, 0, 1, 2, 1, 0]);
  });
});
