import type { Prior } from './prior.ts';

export interface LossSettings {
  /** The label's share beside the prior's. */
  readonly alpha: number;
  /** The power of F-PDLS's focal factor. */
  readonly gamma: number;
}

/** One prediction's loss under each loss that a prior may stand behind, in nats. */
export interface Losses {
  readonly crossEntropy: number;
  readonly pdls: number;
  readonly fPdls: number;
}

/** Keeps the logarithm of a probability that was rounded to zero finite, as the smallest float32 above zero does. */
const LEAST = 1.2e-38;

/** α·t + (1 − α)·d: what a face is taught whose target is `target` and whose class has the prior's row `row`. */
export const taught = (target: readonly number[], row: readonly number[], alpha: number): readonly number[] =>
  target.map((share, index) => alpha * share + (1 - alpha) * row[index]!);

/**
 * A prediction's CE = −Σ t log p, PDLS = −Σ (α·t + (1−α)·d) log p and F-PDLS, whose terms are discounted by (1−p)^γ (the
 * paper, section 2.3). All three lists are over the same classes and sum to one.
 */
export function lossesOf(
  probabilities: readonly number[],
  target: readonly number[],
  row: readonly number[],
  { alpha, gamma }: LossSettings,
): Losses {
  const mixed = taught(target, row, alpha);
  const sums = { crossEntropy: 0, pdls: 0, fPdls: 0 };
  probabilities.forEach((p, index) => {
    const surprise = -Math.log(Math.max(p, LEAST));
    sums.crossEntropy += target[index]! * surprise;
    sums.pdls += mixed[index]! * surprise;
    sums.fPdls += (1 - p) ** gamma * mixed[index]! * surprise;
  });
  return sums;
}

/** A face as a what-if looks at it, over the prior's classes: its target, the class whose row counts, the prediction. */
export interface WhatIfFace {
  readonly target: readonly number[];
  readonly label: number;
  readonly probabilities: readonly number[];
}

export interface LossChange {
  /** Which of the faces, from 0. */
  readonly face: number;
  readonly before: number;
  readonly after: number;
}

/** Every face's loss by one prior and by another, the greatest change first, in either direction. */
export function lossChanges(
  faces: readonly WhatIfFace[],
  before: Prior,
  after: Prior,
  loss: keyof Losses,
  settings: LossSettings,
): readonly LossChange[] {
  const of = ({ probabilities, target, label }: WhatIfFace, { rows }: Prior): number =>
    lossesOf(probabilities, target, rows[label]!, settings)[loss];
  return faces
    .map((face, index) => ({ face: index, before: of(face, before), after: of(face, after) }))
    .sort((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before) || a.face - b.face);
}
