import { argmax, mean } from './method.ts';

/** No weight and no error counts as less than this (cleanlab's CLIPPING_LOWER_BOUND). */
const LEAST = 1e-6;

/** The error of always answering with the most frequent consensus label. */
export function likelyClassError(labels: readonly number[], classCount: number): number {
  const tally = new Array<number>(classCount).fill(0);
  for (const label of labels) tally[label]! += 1;
  const usual = argmax(tally);
  return Math.max(LEAST, mean(labels.map((label) => Number(label !== usual)))!);
}

/** 1 − (1 − agreement) / class error: how much better than that answer an annotator is. */
export const annotatorWeight = (agreement: number, classError: number): number =>
  Math.max(LEAST, 1 - (1 - agreement) / classError);

/** The same of the model's guesses, times √(mean number of votes a face). */
export function modelWeight(
  guesses: readonly number[],
  labels: readonly number[],
  classError: number,
  votesPerFace: number,
): number {
  const error = mean(guesses.map((guess, index) => Number(guess !== labels[index])))!;
  return Math.max(LEAST, 1 - error / classError) * Math.sqrt(votesPerFace);
}

/** Where the greatest stands, or null if several are equally great. */
export function onlyGreatest(values: readonly number[]): number | null {
  const best = argmax(values);
  return values.filter((value) => value === values[best]).length === 1 ? best : null;
}
