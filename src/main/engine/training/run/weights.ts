import { existsSync } from 'node:fs';
import { gatherWeights } from '../../models/gather-weights.ts';
import { classifier } from '../../nets/classifier.ts';
import { parametersOf } from '../../nets/instantiate.ts';
import { loadSafetensors, writeSafetensors } from '../../weights/safetensors.ts';
import type { Weights } from '../../weights/weights-file.ts';
import type { TrainerState } from '../trainer.ts';
import { runFiles } from './folder.ts';
import type { TrainingStart } from './start.ts';

/**
 * Every tensor of the network before the first step. They are gathered once and kept in the run's folder, so that a
 * resumed run starts from the same ones whatever became of the files. Throws WeightsError or NotFoundError.
 */
export async function startWeights(folder: string, { network, sources }: TrainingStart): Promise<Weights> {
  const { startWeights: file } = runFiles(folder);
  if (!existsSync(file)) {
    const { tensors } = await gatherWeights(parametersOf(classifier, network), sources);
    writeSafetensors(file, tensors);
  }
  return loadSafetensors(file);
}

/** The whole network's tensors with what training changed: its averages where it keeps them. */
export function wholeWeights(start: Weights, { weights, buffers, ema }: TrainerState): Weights {
  const changed = ema ?? new Map([...weights, ...buffers]);
  return new Map(Array.from(start, ([key, tensor]) => [key, changed.get(key) ?? tensor]));
}
