import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type ClassifierConfig, classifier } from '../src/main/engine/nets/classifier.ts';
import { classifierGraph } from '../src/main/engine/nets/classifier-graph.ts';
import { parametersOf } from '../src/main/engine/nets/instantiate.ts';
import { configFor } from '../src/main/engine/nets/registry.ts';
import { findVariant } from '../src/main/engine/nets/variants.ts';
import { optimise } from '../src/main/engine/onnx/passes/optimise.ts';
import { type CompileOptions, compile, compileFile, type Executable } from '../src/main/engine/onnx/run.ts';
import type { TensorData } from '../src/main/engine/onnx/tensor.ts';
import type { Batch } from '../src/main/engine/training/batch.ts';
import { createOnnxTrainer } from '../src/main/engine/training/onnx-trainer.ts';
import type { TrainedPart } from '../src/main/engine/training/scopes.ts';
import { loadTensorflow, slownessOf } from '../src/main/engine/training/tfjs/load.ts';
import { createTfjsTrainer } from '../src/main/engine/training/tfjs-trainer.ts';
import type { StepSettings, Trainer, TrainerOptions } from '../src/main/engine/training/trainer.ts';
import { initialWeights } from '../src/main/engine/weights/initial.ts';
import { median, pixelsOf, print, timesOf } from './timing.ts';
import { type Stage, stagesOf } from './training-stages.ts';

export const name = 'train';
export const describe =
  'steps and faces a second of both trainers, and of a step’s parts (--network micro|swin-tiny, --rounds N, --no-tfjs)';

const SEED = 1;
const CLASSES = 8;
const REFERENCE = resolve(import.meta.dirname, '../../shared/models/nr-swin-micro.onnx');
const SETTINGS: StepSettings = {
  learningRates: { sr: 1e-4, stn: 1e-4, resizer: 1e-4, backbone: 1e-4, head: 1e-4 },
  maskSeed: 1,
  clipNorm: 1,
};

interface Subject {
  readonly name: string;
  readonly title: string;
  readonly config: ClassifierConfig;
  readonly batch: number;
  /** Faces a step of TensorFlow.js on its own backend, which would take minutes otherwise. */
  readonly slowBatch: number;
}

const SUBJECTS: readonly Subject[] = [
  {
    name: 'micro',
    title: 'nr_swin_micro, 48 → 96 → 56',
    config: configFor(classifier, findVariant('nr_swin_micro').config),
    batch: 32,
    slowBatch: 8,
  },
  {
    name: 'swin-tiny',
    title: 'Swin-T with the resizer, 48 → 384 → 224',
    config: classifier.config.parse({
      sr: { kind: 'bicubic', config: { scale: 8, channels: 1 } },
      normalise: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
      resizer: { kind: 'resizer' },
      backbone: { kind: 'swin', config: { ...findVariant('swin_tiny_patch4_window7_224').config } },
      num_classes: CLASSES,
    }),
    batch: 4,
    slowBatch: 1,
  },
];

/** Trains each network on faces of noise with random weights, on the CPU, and times whole steps and their parts. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      network: { type: 'string' },
      rounds: { type: 'string', default: '7' },
      'no-tfjs': { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds);
  const compileOptions: CompileOptions = { settings: { 'session.set_denormal_as_zero': '1' } };
  print('machine', `${cpus().length} cores, ${cpus()[0]!.model}`);
  for (const subject of SUBJECTS.filter(
    ({ name: known }) => values.network === undefined || known === values.network,
  )) {
    print('', '');
    print(subject.title, 'random weights, float32, F-PDLS, AdamW');
    await forward(subject, rounds, compileOptions);
    await steps(subject, rounds, compileOptions);
    await split(subject, rounds, compileOptions);
    if (!values['no-tfjs']) await besideTensorflow(subject, rounds, compileOptions);
  }
}

async function forward(
  { name: subject, config, batch }: Subject,
  rounds: number,
  options: CompileOptions,
): Promise<void> {
  const weights = initialWeights(parametersOf(classifier, config), SEED);
  const graph = optimise(classifierGraph(config, { weightOf: ({ key }) => weights.get(key)! }));
  const ours = await compile(graph, options);
  await forwardOf('forward, our graph', ours, batch, rounds);
  if (subject !== 'micro') return;
  if (!existsSync(REFERENCE)) return print('forward, PyTorch’s export', 'missing: ../shared is not here');
  await forwardOf('forward, PyTorch’s export', await compileFile(REFERENCE, options), batch, rounds);
}

async function forwardOf(title: string, executable: Executable, batch: number, rounds: number): Promise<void> {
  const pixels: TensorData = { dtype: 'uint8', shape: [batch, 1, 48, 48], data: pixelsOf(batch) };
  printRate(title, batch, await timesOf(rounds, () => executable.run({ pixels })));
  await executable.release();
}

const SCOPES: readonly (readonly TrainedPart[])[] = [['everything'], ['resizer'], ['resizer', 'head']];

async function steps(subject: Subject, rounds: number, options: CompileOptions): Promise<void> {
  for (const parts of SCOPES) {
    const trainer = createOnnxTrainer(optionsOf(subject, parts), options);
    await stepsOf(`onnx trainer, ${parts.join(' + ')}`, trainer, subject.batch, rounds);
  }
}

async function stepsOf(title: string, trainer: Trainer, size: number, rounds: number): Promise<void> {
  const batch = noiseBatch(size);
  printRate(title, size, await timesOf(rounds, () => trainer.step(batch, SETTINGS)));
  await trainer.release();
}

/** What a step of everything is made of, each part timed in a graph of its own. */
async function split(subject: Subject, rounds: number, options: CompileOptions): Promise<void> {
  const stages = stagesOf(optionsOf(subject, ['everything']), noiseBatch(subject.batch), SETTINGS);
  const timed: { readonly stage: Stage; readonly time: number }[] = [];
  for (const stage of stages) {
    const executable = await compile(stage.graph, options);
    timed.push({ stage, time: median(await timesOf(rounds, () => executable.run(stage.feeds))) });
    await executable.release();
  }
  const total = timed.reduce((sum, { time }) => sum + time, 0);
  for (const { stage, time } of timed) {
    const share = `${((100 * time) / total).toFixed(0)} %`.padStart(5);
    print(`  of that ${stage.name}`, `${time.toFixed(1).padStart(8)} ms a step of ${subject.batch}, ${share}`);
  }
}

async function besideTensorflow(subject: Subject, rounds: number, options: CompileOptions): Promise<void> {
  const loaded = await loadTensorflow();
  const slow = slownessOf(loaded);
  if (slow !== null) print('tfjs', slow);
  const size = slow === null ? subject.batch : subject.slowBatch;
  const trainer = createTfjsTrainer(loaded.tf, optionsOf(subject, ['resizer', 'head']), options);
  await stepsOf(`tfjs trainer (${loaded.backend}), resizer + head`, trainer, size, slow === null ? rounds : 1);
}

const optionsOf = ({ config }: Subject, parts: readonly TrainedPart[]): TrainerOptions => ({
  config,
  weights: initialWeights(parametersOf(classifier, config), SEED),
  parts,
  loss: 'f_pdls',
  optimizer: 'adamw',
});

function noiseBatch(size: number): Batch {
  const rows = Float32Array.from({ length: size * CLASSES }, (_, at) => (at % CLASSES === at % 7 ? 0.65 : 0.05));
  return {
    pixels: pixelsOf(size),
    targets: Float32Array.from({ length: size * CLASSES }, (_, at) =>
      Number(at % CLASSES === Math.floor(at / CLASSES) % CLASSES),
    ),
    priorRows: rows,
    weights: new Float32Array(size).fill(1),
    size,
    ids: Array.from({ length: size }, (_, at) => at),
  };
}

function printRate(title: string, faces: number, times: readonly number[]): void {
  const [middle, least] = [median(times), Math.min(...times)];
  const rate = (time: number): string => ((faces / time) * 1000).toFixed(2);
  const figures = `${rate(middle)} faces/s, ${(1000 / middle).toFixed(3)} steps/s of ${faces} (best ${rate(least)} faces/s)`;
  print(title, figures);
}
