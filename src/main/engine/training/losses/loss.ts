import type { Value } from '../../onnx/graph.ts';

/** What a loss is computed from, all in one graph; N faces, C classes. */
export interface LossInputs {
  /** N×C numbers before the softmax. */
  readonly logits: Value;
  /** N×C targets t: one-hot rows, or votes for `soft_votes`. */
  readonly targets: Value;
  /** N×C rows d of the prior, each face's by its label; only losses that use a prior read it. */
  readonly prior: Value | null;
}

export interface LossSettings {
  /** The share of the target beside the prior's 1 − α. */
  readonly alpha: number;
  /** How strongly sure predictions are discounted. */
  readonly gamma: number;
  /** The share of the target that is spread evenly over all classes. */
  readonly smoothing: number;
}

/** The paper's code: α 0.8, γ 2; smoothing as is usual. */
export const LOSS_DEFAULTS: LossSettings = { alpha: 0.8, gamma: 2, smoothing: 0.1 };

/** A loss: pure graph code from logits and targets to one number a face. A new one is a file and a line in index.ts. */
export interface Loss {
  readonly name: string;
  readonly describe: string;
  readonly usesPrior: boolean;
  readonly usesVotes: boolean;
  /** N losses, one a face. */
  readonly perFace: (inputs: LossInputs, settings: LossSettings) => Value;
}
