import { ModelError } from '../../../shared/errors.ts';
import type { ModelGuess, ModelSpec } from '../../../shared/model-spec.ts';
import { batchSizeOf, openClassifier } from '../classifier.ts';
import { inputArray } from '../pipeline.ts';
import { openSession } from '../session.ts';
import { completeSpec, missingFields } from './complete.ts';
import { guessModel } from './guess.ts';
import { isWeightsAlone } from './runnable.ts';

/** How far from 1 the probabilities of a face may sum. */
const SUM_TOLERANCE = 0.01;

/**
 * Guesses a model's spec and tries the file on the CPU: it must load, and where the guess with `overrides` is whole,
 * a blank batch must give probabilities. Where it does not, an output only guessed to hold them is taken for logits;
 * one that was stated throws ModelError. To be called in a process of its own.
 */
export async function inspectModel(
  file: string,
  manifest: string | null,
  overrides: Partial<ModelSpec>,
): Promise<ModelGuess> {
  const guess = guessModel(file, manifest);
  if (missingFields(guess, overrides).length > 0) {
    if (!isWeightsAlone(file)) await (await openSession(file, 'cpu')).release();
    return guess;
  }
  const spec = completeSpec(guess, overrides);
  const sum = await blankSum(file, spec, guess);
  if (sum === null) return guess;
  if (overrides.outputs === undefined && guess.guessed.includes('outputs')) {
    const { probabilities: logits, ...others } = spec.outputs;
    return { ...guess, spec: { ...guess.spec, outputs: { ...others, logits } } };
  }
  throw new ModelError(
    `The output “${spec.outputs.probabilities}” sums to ${sum.toPrecision(4)}, so it holds no probabilities.`,
    { file, field: 'outputs.probabilities', remedy: 'Name that output as logits.' },
  );
}

/** What the probabilities of a blank face sum to, or null where they are probabilities indeed. */
async function blankSum(file: string, spec: ModelSpec, guess: ModelGuess): Promise<number | null> {
  const fixedBatch = batchSizeOf(guess.graph, spec.input.name);
  const classifier = await openClassifier({ file, spec, fixedBatch, provider: 'cpu' });
  const [face] = await classifier.classify(inputArray(spec.input, 1), 1);
  await classifier.release();
  const sum = face!.probabilities.reduce((total, value) => total + value, 0);
  const negative = face!.probabilities.some((value) => value < 0);
  return Math.abs(sum - 1) <= SUM_TOLERANCE && !negative ? null : sum;
}
