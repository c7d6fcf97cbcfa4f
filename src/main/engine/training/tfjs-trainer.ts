import { UsageError } from '../../../shared/errors.ts';
import type { CompileOptions } from '../onnx/run.ts';
import { planOf } from './plan.ts';
import type { TrainedPart } from './scopes.ts';
import type { Tensorflow } from './tfjs/load.ts';
import { TensorflowRunner } from './tfjs/runner.ts';
import type { Trainer, TrainerOptions } from './trainer.ts';

/** What the tfjs trainer can train. */
export const TFJS_PARTS: readonly TrainedPart[] = ['resizer', 'head'];

/** Throws UsageError for parts that the tfjs trainer does not train. */
export function refusePartsOfTfjs(parts: readonly TrainedPart[]): void {
  const others = parts.filter((part) => !TFJS_PARTS.includes(part));
  if (others.length === 0) return;
  throw new UsageError(`The tfjs trainer trains the resizer and the head alone, not ${others.join(', ')}.`, {
    field: 'parts',
    names: others,
    remedy: 'Train with the onnx trainer (--trainer onnx), or choose --scope resizer,head.',
  });
}

/**
 * A trainer whose resizer, head, loss, gradients and optimiser are TensorFlow.js's; the frozen rest is ONNX graphs, one
 * of which gives the loss's derivative in the resized face. Its steps, states and options are those of the onnx
 * trainer. Throws UsageError for other parts than resizer and head, and what that trainer throws.
 */
export function createTfjsTrainer(
  tf: Tensorflow,
  options: TrainerOptions,
  compileOptions: CompileOptions = {},
): Trainer {
  refusePartsOfTfjs(options.parts);
  return new TensorflowRunner(tf, planOf(options), options, compileOptions);
}
