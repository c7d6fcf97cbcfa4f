import { ModelError } from '../../../shared/errors.ts';
import type { ModelGuess, ModelSpec } from '../../../shared/model-spec.ts';
import { batchSizeOf, openClassifier } from '../classifier.ts';
import { inputArray } from '../pipeline.ts';
import { openSession } from '../session.ts';
import { completeSpec, missingFields } from './complete.ts';
import { guessModel } from './guess.ts';

/** How far from 1 the probabilities of a face may sum. */
const SUM_TOLERANCE = 0.01;

/**
 * Guesses a model's spec and tries the file on the CPU: it must load, and where the guess with `overrides` is whole,
 * a blank batch must give probabilities. Throws ModelError. To be called in a process of its own.
 */
export async function inspectModel(
  file: string,
  manifest: string | null,
  overrides: Partial<ModelSpec>,
): Promise<ModelGuess> {
  const guess = guessModel(file, manifest);
  if (missingFields(guess, overrides).length > 0) {
    await (await openSession(file, 'cpu')).release();
    return guess;
  }
  await tryBlankBatch(file, completeSpec(guess, overrides), guess);
  return guess;
}

async function tryBlankBatch(file: string, spec: ModelSpec, guess: ModelGuess): Promise<void> {
  const fixedBatch = batchSizeOf(guess.graph, spec.input.name);
  const classifier = await openClassifier({ file, spec, fixedBatch, provider: 'cpu' });
  const [face] = await classifier.classify(inputArray(spec.input, 1), 1);
  await classifier.release();
  const sum = face!.probabilities.reduce((total, value) => total + value, 0);
  const negative = face!.probabilities.some((value) => value < 0);
  if (Math.abs(sum - 1) <= SUM_TOLERANCE && !negative) return;
  throw new ModelError(
    `The output “${spec.outputs.probabilities}” sums to ${sum.toPrecision(4)}, so it holds no probabilities.`,
    {
      file,
      field: 'outputs.probabilities',
      remedy: 'Name that output as logits.',
    },
  );
}
