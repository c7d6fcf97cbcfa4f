import { describe, expect, test } from 'vitest';
import { constantInit, type Init, ONES, truncatedNormal } from '../../../src/main/engine/nets/init.ts';
import type { ParameterSpec } from '../../../src/main/engine/nets/scope.ts';
import { initialWeights } from '../../../src/main/engine/weights/initial.ts';
import { WeightsError } from '../../../src/shared/errors.ts';

const spec = (key: string, shape: readonly number[], init: Init): ParameterSpec => ({
  key,
  shape,
  kind: 'parameter',
  init,
});

const moments = (numbers: ArrayLike<number>): { mean: number; std: number; largest: number } => {
  const list = Array.from(numbers);
  const mean = list.reduce((sum, number) => sum + number, 0) / list.length;
  const std = Math.sqrt(list.reduce((sum, number) => sum + (number - mean) ** 2, 0) / list.length);
  return { mean, std, largest: Math.max(...list.map(Math.abs)) };
};

describe('a network that starts from a seed', () => {
  const specs = [
    spec('a.weight', [40, 50], truncatedNormal(0.02)),
    spec('b.weight', [40, 50], truncatedNormal(0.02)),
    spec('b.bias', [3], constantInit(7)),
    spec('norm.weight', [2], ONES),
  ];

  test('has every tensor in its shape', () => {
    const weights = initialWeights(specs, 1);
    expect([...weights].map(([key, { dtype, shape, data }]) => [key, dtype, shape, data.length])).toEqual([
      ['a.weight', 'float32', [40, 50], 2000],
      ['b.weight', 'float32', [40, 50], 2000],
      ['b.bias', 'float32', [3], 3],
      ['norm.weight', 'float32', [2], 2],
    ]);
    expect(weights.get('b.bias')!.data).toEqual(Float32Array.of(7, 7, 7));
  });

  test('starts the same for the same seed, whatever else the network holds, and differently for another', () => {
    const weights = initialWeights(specs, 1);
    expect(initialWeights(specs, 1)).toEqual(weights);
    expect(initialWeights([specs[1]!], 1).get('b.weight')).toEqual(weights.get('b.weight'));
    expect(initialWeights(specs, 2).get('a.weight')).not.toEqual(weights.get('a.weight'));
    expect(weights.get('a.weight')).not.toEqual(weights.get('b.weight'));
  });

  test.each([
    ['truncated normal', truncatedNormal(0.02), 0.0176, 0.04],
    ['normal', { kind: 'normal', std: 0.5 } as const, 0.5, 2.5],
    ['uniform', { kind: 'uniform', bound: 0.3 } as const, 0.3 / Math.sqrt(3), 0.3],
  ])('draws %s numbers of the right spread', (_, init, std, bound) => {
    const found = moments(initialWeights([spec('w', [100, 200], init)], 3).get('w')!.data as Float32Array);
    expect(Math.abs(found.mean)).toBeLessThan(std / 20);
    expect(found.std / std).toBeCloseTo(1, 1);
    expect(found.largest).toBeLessThanOrEqual(bound);
    expect(found.largest).toBeGreaterThan(bound * 0.8);
  });

  test('is refused where its fixed values do not fill a tensor', () => {
    const init: Init = { kind: 'values', values: [1, 2] };
    expect(initialWeights([spec('theta', [2], init)], 1).get('theta')!.data).toEqual(Float32Array.of(1, 2));
    expect(() => initialWeights([spec('theta', [3], init)], 1)).toThrow(WeightsError);
  });
});
