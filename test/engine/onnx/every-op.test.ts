import { describe, expect, it } from 'vitest';
import type { OpDefinition } from '../../../src/main/engine/onnx/op.ts';
import { OPS } from '../../../src/main/engine/onnx/ops/index.ts';
import { sampleRandom } from '../../../src/main/engine/onnx/sample.ts';
import { seededRandom } from '../../support/random.ts';
import { compareGradients, compareShapes, precisionFor } from './op-case.ts';

const SEEDS = [1, 2, 3];

describe.each(OPS.map((op: OpDefinition) => [op.type, op] as const))('%s', (_, op) => {
  it('has a random case', () => {
    expect(Object.keys(op.samples).length).toBeGreaterThan(0);
  });

  describe.each(Object.entries(op.samples))('%s', (_title, make) => {
    it.each(SEEDS)('has the shape that ONNX Runtime computes (seed %i)', async (seed) => {
      const sample = make(sampleRandom(seededRandom(seed)));
      for (const { stated, computed } of await compareShapes(sample, await precisionFor(sample))) {
        expect(stated).toBe(computed);
      }
    });

    it.runIf(op.gradient).each(SEEDS)('has the gradient that central differences give (seed %i)', async (seed) => {
      const sample = make(sampleRandom(seededRandom(seed)));
      await compareGradients(sample, await precisionFor(sample));
    });
  });
});
