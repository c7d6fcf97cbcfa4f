import { describe, expect, it } from 'vitest';
import type { NetDefinition } from '../../../src/main/engine/nets/net.ts';
import { runOnce } from '../../../src/main/engine/onnx/run.ts';
import { numbersOf, type TensorData } from '../../../src/main/engine/onnx/tensor.ts';
import { faceOf, filled, randomFaces, randomNet } from './random-net.ts';

const CLOSE = 1e-4;

/** Registers tests that hold for every classifier: `config` is a small one of its kind. */
export function checkClassifier<Config>(definition: NetDefinition<Config>, config: Readonly<Record<string, unknown>>) {
  describe(`a small ${definition.kind}`, () => {
    it('sees each face of an open batch as it would alone', async () => {
      const faces = randomFaces(definition, config, 3);
      const together = await runOnce(randomNet(definition, config, 'n').graph, { input: faces });
      const alone = randomNet(definition, config, 1).graph;
      for (let index = 0; index < 3; index += 1) {
        const one = await runOnce(alone, { input: faceOf(faces, index) });
        expect(distance(faceOf(together.output!, index), one.output!)).toBeLessThan(CLOSE);
        expect(distance(faceOf(together.embedding!, index), one.embedding!)).toBeLessThan(CLOSE);
      }
      expect(distance(faceOf(together.output!, 0), faceOf(together.output!, 1))).toBeGreaterThan(CLOSE);
    });

    it('gives the embedding and has no head where there are no classes', () => {
      const { outputs, tensors } = randomNet(definition, { ...config, num_classes: 0 }, 'n');
      expect(outputs.output).toBe(outputs.embedding);
      expect([...tensors.keys()].filter((key) => key.startsWith('head'))).toEqual([]);
    });

    it('refuses a patch size that does not divide the image', () => {
      expect(() => definition.config.parse({ ...config, img_size: 36 })).toThrow(/multiple of patch_size/);
    });

    it('refuses a field that it does not know', () => {
      expect(() => definition.config.parse({ ...config, window_size: 7 })).toThrow(/window_size/);
    });
  });
}

/**
 * Runs a net in training mode, every mask filled with `mask`, or with ones by default, beside the same net in inference
 * mode on the same two faces.
 */
export async function runBothModes<Config>(
  definition: NetDefinition<Config>,
  config: unknown,
  mask = 1,
): Promise<{ readonly training: TensorData; readonly inference: TensorData; readonly masks: readonly string[] }> {
  const input = randomFaces(definition, config, 2);
  const { graph, masks } = randomNet(definition, config, 2, true);
  const feeds = Object.fromEntries(masks.map(({ name, shape }) => [name, filled(shape, mask)]));
  const training = await runOnce(graph, { input, ...feeds });
  const inference = await runOnce(randomNet(definition, config, 2).graph, { input });
  return { training: training.output!, inference: inference.output!, masks: masks.map(({ name }) => name) };
}

/** The largest difference between two tensors of one shape. */
export function distance(a: TensorData, b: TensorData): number {
  expect(a.shape).toEqual(b.shape);
  const others = numbersOf(b);
  return numbersOf(a).reduce((most, value, at) => Math.max(most, Math.abs(value - others[at]!)), 0);
}
