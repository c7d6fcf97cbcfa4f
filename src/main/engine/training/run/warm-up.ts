import type { ProviderName } from '../../../../shared/entities.ts';
import type { TrainConfig } from '../../../../shared/train-config.ts';
import { classifier } from '../../nets/classifier.ts';
import { parametersOf } from '../../nets/instantiate.ts';
import { initialWeights } from '../../weights/initial.ts';
import type { Batch } from '../batch.ts';
import type { ReadyTrainer } from '../trainers.ts';
import { methodsOf } from './methods.ts';
import type { TrainingStart } from './start.ts';
import { trainerOptionsOf } from './trainer-options.ts';

/** The first steps of a session are slow, and not counted. */
const SLOW_STEPS = 2;
const FEWEST = 2;
const MOST = 8;
/** Steps are counted until so many milliseconds have gone by. */
const ENOUGH_MS = 3000;
const VALIDATION_BATCH = 64;

/** What a few steps of a run came to on this machine, in faces a second. */
export interface WarmUp {
  readonly training: number;
  readonly validation: number;
  readonly steps: number;
}

/**
 * Times steps of a run as it is configured, over grey faces and with weights drawn from the seed: the same graphs, the
 * same work. Nothing is read from the library and nothing is written.
 */
export async function warmUp(
  { config, start }: { readonly config: TrainConfig; readonly start: TrainingStart },
  { provider, create }: Pick<ReadyTrainer, 'create'> & { readonly provider: ProviderName },
): Promise<WarmUp> {
  const specs = parametersOf(classifier, start.network);
  const methods = methodsOf(config, specs);
  const trainer = create(trainerOptionsOf(config, start, methods, initialWeights(specs, config.seed)), { provider });
  try {
    const side = start.network.input;
    const classes = start.classes.length;
    const batch = greyBatch(config.batchSize, side, classes, methods.loss.usesPrior);
    const settings = { learningRates: methods.learningRates, maskSeed: 1, clipNorm: config.clipNorm };
    const steps = await timed(() => trainer.step(batch, settings));
    const faces = greyBatch(VALIDATION_BATCH, side, classes, false);
    const validations = await timed(() => trainer.evaluate(faces, 'current'));
    return {
      training: (1000 * config.batchSize) / steps.each,
      validation: (1000 * VALIDATION_BATCH) / validations.each,
      steps: steps.count,
    };
  } finally {
    await trainer.release();
  }
}

/** The mean milliseconds of some runs after the first ones. */
async function timed(work: () => Promise<unknown>): Promise<{ each: number; count: number }> {
  for (let run = 0; run < SLOW_STEPS; run += 1) await work();
  const begun = performance.now();
  let count = 0;
  while (count < FEWEST || (count < MOST && performance.now() - begun < ENOUGH_MS)) {
    await work();
    count += 1;
  }
  return { each: (performance.now() - begun) / count, count };
}

function greyBatch(size: number, side: number, classes: number, usesPrior: boolean): Batch {
  const rows = Float32Array.from({ length: size * classes }, () => 1 / classes);
  return {
    pixels: Uint8Array.from({ length: size * side * side }, (_, at) => (at * 37) % 256),
    targets: rows,
    priorRows: usesPrior ? rows : null,
    weights: new Float32Array(size).fill(1),
    size,
    ids: Array.from({ length: size }, (_, at) => at),
  };
}
