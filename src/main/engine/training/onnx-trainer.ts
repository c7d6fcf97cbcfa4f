import type { CompileOptions } from '../onnx/run.ts';
import { classifierObjective } from './classifier-objective.ts';
import { pixelsFeed } from './feeds.ts';
import { planOf } from './plan.ts';
import { StepRunner } from './step-runner.ts';
import type { Trainer, TrainerOptions } from './trainer.ts';

/**
 * A trainer whose forward pass, loss, gradients and optimiser are ONNX graphs on one provider. Throws UsageError for
 * options that make no sense, WeightsError for weights that do not fit the network.
 */
export function createOnnxTrainer(options: TrainerOptions, compileOptions: CompileOptions = {}): Trainer {
  const plan = planOf(options);
  const runner = new StepRunner(plan, classifierObjective(plan), options, compileOptions);
  return {
    get stepsDone() {
      return runner.stepsDone;
    },
    step: (batch, settings) => runner.step(batch, settings),
    async evaluate({ pixels, size }, weights) {
      const { logits } = await runner.evaluate({ pixels: pixelsFeed(plan.config, pixels, size) }, weights);
      return { logits: logits!.data as Float32Array };
    },
    state: () => runner.state(),
    restore: (state) => runner.restore(state),
    release: () => runner.release(),
  };
}
