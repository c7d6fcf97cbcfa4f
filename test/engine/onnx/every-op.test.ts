import { describe, expect, it } from 'vitest';
import type { OpDefinition } from '../../../src/main/engine/onnx/op.ts';
import { OPS } from '../../../src/main/engine/onnx/ops/index.ts';
import { sampleRandom } from '../../../src/main/engine/onnx/sample.ts';
import { isFloat, numbersOf, type TensorData } from '../../../src/main/engine/onnx/tensor.ts';
import { seededRandom } from '../../support/random.ts';
import {
  compareEvaluation,
  compareGradients,
  compareShapes,
  isDifferentiable,
  precisionFor,
  typesFor,
} from './op-case.ts';

const SEEDS = [1, 2, 3];

describe.each(OPS.map((op: OpDefinition) => [op.type, op] as const))('%s', (_, op) => {
  it('has a random case', () => {
    expect(Object.keys(op.samples).length).toBeGreaterThan(0);
  });

  describe.each(Object.entries(op.samples))('%s', (_title, make) => {
    const differentiable = op.gradient !== undefined && isDifferentiable(make(sampleRandom(seededRandom(1))));
    it.each(SEEDS)('has the shape that ONNX Runtime computes (seed %i)', async (seed) => {
      const sample = make(sampleRandom(seededRandom(seed)));
      for (const { stated, computed } of await compareShapes(sample, await precisionFor(sample))) {
        expect(stated).toBe(computed);
      }
    });

    if (differentiable) {
      it.each(SEEDS)('has the gradient that central differences give (seed %i)', async (seed) => {
        const sample = make(sampleRandom(seededRandom(seed)));
        await compareGradients(sample);
      });
    }

    if (op.evaluate) {
      it.each(SEEDS)('evaluates to what ONNX Runtime computes (seed %i)', async (seed) => {
        const sample = make(sampleRandom(seededRandom(seed)));
        for (const type of await typesFor(sample)) {
          const findings = await compareEvaluation(op, sample, type);
          expect(findings.length).toBeGreaterThan(0);
          for (const { evaluated, computed } of findings) expectSameTensor(evaluated, computed);
        }
      });
    }
  });
});

/** Equal in everything but the last bits of floating-point numbers. */
function expectSameTensor(found: TensorData, expected: TensorData): void {
  expect([found.dtype, found.shape]).toEqual([expected.dtype, expected.shape]);
  expect(found.data.constructor).toBe(expected.data.constructor);
  const tolerance = found.dtype === 'float32' ? 1e-6 : 1e-14;
  const numbers = numbersOf(expected);
  for (const [index, number] of numbersOf(found).entries()) {
    const other = numbers[index]!;
    if (isFloat(found.dtype) && Number.isFinite(other)) {
      expect(Math.abs(number - other)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(other)));
    } else {
      expect(number).toBe(other);
    }
  }
}
