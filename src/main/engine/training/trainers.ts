import type { TrainerName } from '../../../shared/train-config.ts';
import type { CompileOptions } from '../onnx/run.ts';
import { createOnnxTrainer } from './onnx-trainer.ts';
import type { TrainedPart } from './scopes.ts';
import { type LoadedTensorflow, loadTensorflow, slownessOf } from './tfjs/load.ts';
import { createTfjsTrainer, refusePartsOfTfjs } from './tfjs-trainer.ts';
import type { Trainer, TrainerOptions } from './trainer.ts';

/** A trainer whose libraries are loaded. */
export interface ReadyTrainer {
  /** What is said of it beside the provider that works for it; empty for the provider alone. */
  readonly label: string;
  /** What a person should know before a long run; null where there is nothing. */
  readonly notice: string | null;
  readonly create: (options: TrainerOptions, compileOptions: CompileOptions) => Trainer;
}

export interface TrainerKind {
  readonly name: TrainerName;
  readonly describe: string;
  /** Throws UsageError for parts of a network that it does not train. */
  readonly refuseParts: (parts: readonly TrainedPart[]) => void;
  /** Loads what it needs. Throws EngineError where that is not to be had. */
  readonly prepare: () => Promise<ReadyTrainer>;
}

/** Every trainer. A new one is an entry here. */
export const TRAINERS: readonly TrainerKind[] = [
  {
    name: 'onnx',
    describe: 'any part of the network, as ONNX graphs on the provider',
    refuseParts: () => {},
    prepare: async () => ({ label: '', notice: null, create: createOnnxTrainer }),
  },
  {
    name: 'tfjs',
    describe: 'resizer and head in TensorFlow.js, the frozen rest on the provider',
    refuseParts: refusePartsOfTfjs,
    prepare: async () => tfjsOver(await loadTensorflow()),
  },
];

/** The trainer of that name. */
export const findTrainer = (name: TrainerName): TrainerKind => TRAINERS.find((trainer) => trainer.name === name)!;

const tfjsOver = (loaded: LoadedTensorflow): ReadyTrainer => ({
  label: loaded.native ? 'tfjs' : 'tfjs (slow: not native)',
  notice: slownessOf(loaded),
  create: (options, compileOptions) => createTfjsTrainer(loaded.tf, options, compileOptions),
});
