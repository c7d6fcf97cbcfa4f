import { type ClassifierConfig, classifier } from '../../../src/main/engine/nets/classifier.ts';
import { parametersOf } from '../../../src/main/engine/nets/instantiate.ts';
import type { ParameterSpec } from '../../../src/main/engine/nets/scope.ts';
import type { Batch } from '../../../src/main/engine/training/batch.ts';
import type { StepSettings, TrainerOptions } from '../../../src/main/engine/training/trainer.ts';
import { initialWeights } from '../../../src/main/engine/weights/initial.ts';
import { seededRandom } from '../../support/random.ts';

export const CLASSES = 3;
const SIDE = 12;

/** A network with every kind of part, small enough that a step takes milliseconds. */
export const tinyConfig = (changes: object = {}): ClassifierConfig =>
  classifier.config.parse({
    input: SIDE,
    normalise: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
    resizer: { kind: 'resizer', n: 2, r: 1 },
    backbone: {
      kind: 'swin',
      config: {
        img_size: 16,
        patch_size: 4,
        embed_dim: 8,
        depths: [1, 2],
        num_heads: [2, 2],
        window_size: 2,
        mlp_ratio: 2,
        drop_path_rate: 0.3,
      },
    },
    num_classes: CLASSES,
    ...changes,
  });

export const specsOf = (config: ClassifierConfig): readonly ParameterSpec[] => parametersOf(classifier, config);

/** A run that trains everything with plain gradient descent, unless told otherwise. */
export function tinyOptions(changes: Partial<TrainerOptions> = {}): TrainerOptions {
  const config = changes.config ?? tinyConfig();
  return {
    config,
    weights: initialWeights(specsOf(config), 5),
    parts: ['everything'],
    loss: 'cross_entropy',
    optimizer: 'sgd',
    optimizerSettings: { momentum: 0 },
    ...changes,
  };
}

/** Faces of noise, each with one of the classes for its label. */
export function tinyBatch(size: number, seed = 1): Batch {
  const next = seededRandom(seed);
  const prior = [0.8, 0.15, 0.05];
  return {
    pixels: Uint8Array.from({ length: size * SIDE * SIDE }, () => Math.floor(next() * 256)),
    targets: Float32Array.from({ length: size * CLASSES }, (_, at) => (at % CLASSES === labelOf(at) ? 1 : 0)),
    priorRows: Float32Array.from({ length: size * CLASSES }, (_, at) => prior[(at + labelOf(at)) % CLASSES]!),
    weights: Float32Array.from({ length: size }, () => 0.5 + next()),
    size,
    ids: Array.from({ length: size }, (_, face) => face),
  };
}

const labelOf = (at: number): number => Math.floor(at / CLASSES) % CLASSES;

export const stepSettings = (rate: number, changes: Partial<StepSettings> = {}): StepSettings => ({
  learningRates: { sr: rate, stn: rate, resizer: rate, backbone: rate, head: rate },
  maskSeed: 1,
  clipNorm: null,
  ...changes,
});
