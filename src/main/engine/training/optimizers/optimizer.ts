import type { Value } from '../../onnx/graph.ts';

export interface OptimizerSettings {
  /** How much of Adam's averages of gradients and of their squares a step keeps. */
  readonly beta1: number;
  readonly beta2: number;
  /** Added to Adam's denominator. */
  readonly epsilon: number;
  /** How much of its velocity SGD keeps. */
  readonly momentum: number;
  /** SGD looks one step of its velocity ahead (Sutskever et al. 2013). */
  readonly nesterov: boolean;
  readonly weightDecay: number;
}

/** PyTorch's defaults, SGD with the usual momentum. */
export const OPTIMIZER_DEFAULTS: OptimizerSettings = {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  momentum: 0.9,
  nesterov: false,
  weightDecay: 0,
};

/** One vector of weights and what a step changes it by, all in one graph; scalars have no dimensions. */
export interface UpdateInputs {
  readonly weights: Value;
  readonly gradient: Value;
  /** What the optimiser remembers, by the names it gives. */
  readonly moments: Readonly<Record<string, Value>>;
  readonly learningRate: Value;
  /** Scalars by the names that `coefficients` gives. */
  readonly coefficients: Readonly<Record<string, Value>>;
  /** The weights' decay; 0 for biases, norms and tables. */
  readonly weightDecay: number;
}

export interface Update {
  readonly weights: Value;
  readonly moments: Readonly<Record<string, Value>>;
}

/** An optimiser as graph code. A new one is a file and a line in index.ts. */
export interface Optimizer {
  readonly name: string;
  readonly describe: string;
  /** Names of the vectors it keeps beside the weights; they start at zero. */
  readonly moments: readonly string[];
  /** Numbers that depend on the step alone, counted from 1; fed to the graph as scalars. */
  readonly coefficients: (step: number, settings: OptimizerSettings) => Readonly<Record<string, number>>;
  readonly update: (inputs: UpdateInputs, settings: OptimizerSettings) => Update;
}
