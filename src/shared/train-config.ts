import { z } from 'zod';
import { classifierChoiceSchema } from './contract/model-folders.ts';
import { providerChoiceSchema, splitSchema } from './entities.ts';

const share = z.number().min(0).max(1);
const seedSchema = z
  .number()
  .int()
  .min(0)
  .max(2 ** 32 - 1);
/** `onnx` trains whatever there is; `tfjs` resizer and head in TensorFlow.js. */
export const trainerSchema = z.enum(['onnx', 'tfjs']);
export type TrainerName = z.infer<typeof trainerSchema>;

const epochsSchema = z.number().int().min(1).max(10_000);

/** A network to train from files of weights or from a seed; without classes it gets the dataset's. */
const networkStartSchema = z.strictObject({
  ...classifierChoiceSchema.omit({ classes: true }).shape,
  classes: classifierChoiceSchema.shape.classes.optional(),
});

/**
 * Everything a training run is made of; the same file and library give the same run. What is left out is what
 * fine-tuning usually takes. Names of parts, losses and the like are those of their registries in the engine.
 */
export const trainConfigSchema = z.strictObject({
  name: z.string().max(120).default(''),
  /** The dataset's name. */
  dataset: z.string().min(1),
  /** What is trained on, and what is only validated with, always by majority; null for no validation. */
  splits: z.array(splitSchema).min(1).default(['train']),
  validation: splitSchema.nullable().default('valid'),
  /** At most so many faces of the splits, drawn by the seed. */
  limit: z.number().int().min(1).nullable().default(null),
  protocol: z.string().default('majority'),
  /** The label version that is taught and validated with: `current`, `crowd` for the votes as imported, or a name. */
  labels: z.string().min(1).default('current'),
  /** Whether faces are taught the protocol's target or the crowd's votes; `loss` leaves it to the loss. */
  targets: z.enum(['loss', 'protocol', 'votes']).default('loss'),

  /** The library's model to start from; else `network`. */
  model: z.string().min(1).nullable().default(null),
  network: networkStartSchema.nullable().default(null),
  /** Files of weights over a network; without them, and where they say nothing, weights come from the seed. */
  weights: z.string().nullable().default(null),
  srWeights: z.string().nullable().default(null),
  reinitialiseHead: z.boolean().default(false),
  allowPartial: z.boolean().default(false),

  parts: z.array(z.string().min(1)).min(1).default(['resizer', 'head']),
  batchNorm: z.enum(['training', 'frozen']).default('training'),
  loss: z
    .strictObject({
      name: z.string().default('cross_entropy'),
      alpha: share.default(0.8),
      gamma: z.number().min(0).max(10).default(2),
      smoothing: share.default(0.1),
    })
    .prefault({}),
  classWeights: z.string().default('none'),
  /**
   * `computed` from the votes of the faces trained on, `identity`, `stored:NAME` or `stored:NAME@VERSION` of the
   * library, or a JSON file {classes, rows}.
   */
  prior: z.string().min(1).default('computed'),
  sampling: z
    .strictObject({
      name: z.string().default('shuffled'),
      balance: z.number().min(0).max(2).default(1),
      emphasis: z.number().min(-1).max(100).default(3),
    })
    .prefault({}),
  augmentation: z.string().default('light'),

  epochs: epochsSchema.default(5),
  batchSize: z.number().int().min(1).max(4096).default(64),
  /** At most so many faces at once; a larger batch's gradients are summed up. */
  microBatch: z.number().int().min(1).max(4096).nullable().default(null),
  optimizer: z
    .strictObject({
      name: z.string().default('adamw'),
      beta1: share.default(0.9),
      beta2: share.default(0.999),
      epsilon: z.number().positive().default(1e-8),
      momentum: share.default(0.9),
      nesterov: z.boolean().default(false),
      weightDecay: z.number().min(0).default(0.01),
    })
    .prefault({}),
  learningRate: z.number().positive().default(1e-4),
  /** Rates of single groups of the network in place of `learningRate`. */
  learningRates: z.record(z.string(), z.number().min(0)).default({}),
  schedule: z
    .strictObject({
      name: z.string().default('cosine'),
      warmupEpochs: z.number().min(0).default(0),
      everyEpochs: z.number().positive().default(10),
      factor: share.default(0.25),
      floor: share.default(0),
    })
    .prefault({}),
  /** The greatest norm of a step's gradient. */
  clipNorm: z.number().positive().nullable().default(1),
  /** The share of averaged weights that a step keeps; null keeps no average. */
  ema: share.nullable().default(null),
  /** The figure of the validation by which an epoch is the best. */
  best: z.enum(['accuracy', 'macroF1', 'loss']).default('accuracy'),
  /** Stops after so many epochs without a better one. */
  patience: z.number().int().min(1).nullable().default(null),

  seed: seedSchema.default(0),
  trainer: trainerSchema.default('onnx'),
  provider: providerChoiceSchema.default('auto'),
  /** A checkpoint is written after so many steps, and after each epoch. */
  checkpointEvery: z.number().int().min(1).default(50),
});

export type TrainConfig = z.infer<typeof trainConfigSchema>;
/** A config with what is left out left out. */
export type TrainConfigInput = z.input<typeof trainConfigSchema>;

interface TrainPreset {
  readonly name: string;
  readonly describe: string;
  readonly config: Partial<TrainConfigInput>;
}

/** Settings that have a name, laid over the defaults. A new one is an entry here. */
export const TRAIN_PRESETS = [
  { name: 'finetune', describe: 'resizer and head of a trained model, a few epochs', config: {} },
  {
    name: 'scratch',
    describe: 'a whole network: AdamW 6e-4, one epoch of warm-up, a cosine of ten epochs',
    config: {
      parts: ['everything'],
      loss: { name: 'soft_votes' },
      batchSize: 96,
      epochs: 10,
      learningRate: 6e-4,
      optimizer: { weightDecay: 0.05 },
      schedule: { name: 'cosine', warmupEpochs: 1 },
    },
  },
  {
    name: 'paper',
    describe: 'as published: F-PDLS, Adam 1e-4 falling to a quarter every ten of 100 epochs, batches of 64',
    config: {
      parts: ['everything'],
      loss: { name: 'f_pdls', alpha: 0.8, gamma: 2 },
      augmentation: 'paper',
      batchSize: 64,
      epochs: 100,
      learningRate: 1e-4,
      optimizer: { name: 'adam', weightDecay: 0 },
      schedule: { name: 'step', everyEpochs: 10, factor: 0.25 },
      clipNorm: null,
    },
  },
] as const satisfies readonly TrainPreset[];

export type TrainPresetName = (typeof TRAIN_PRESETS)[number]['name'];

type Settings = Readonly<Record<string, unknown>>;

/** Layers of settings as one, later ones over earlier; groups such as the loss are merged setting by setting. */
export function mergeSettings(...layers: readonly Settings[]): Settings {
  const merged: Record<string, unknown> = {};
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer)) {
      if (value === undefined) continue;
      const before = merged[name];
      merged[name] = isGroup(before) && isGroup(value) ? { ...before, ...definedIn(value) } : value;
    }
  }
  return merged;
}

const isGroup = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const definedIn = (settings: Settings): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
