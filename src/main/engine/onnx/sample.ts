import type { Value } from './graph.ts';

/** One operand of a random case: `float` operands are differentiated and run in the precision under test. */
export interface SampleInput {
  readonly kind: 'float' | 'int64' | 'bool';
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** A random case of an op: its operands and the expression to test, whose node of that op comes with it. */
export interface Sample {
  readonly inputs: readonly SampleInput[];
  readonly build: (...inputs: readonly Value[]) => Value | readonly Value[];
}

export type SampleMaker = (random: SampleRandom) => Sample;

/** The source of randomness that a sample draws from; the same seed gives the same case. */
export interface SampleRandom {
  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number;
  pick<T>(choices: readonly T[]): T;
  /** A shape of `rank` dimensions between 1 and 4. */
  shape(rank: number): readonly number[];
  /** Uniform numbers between `low` and `high`. */
  uniform(shape: readonly number[], low?: number, high?: number): SampleInput;
  /** Numbers at least 0.1 from each other and from 0, in random order: for ops with kinks. */
  apart(shape: readonly number[]): SampleInput;
  /** Whole numbers from `low` to `high` as int64. */
  indices(shape: readonly number[], low: number, high: number): SampleInput;
  /** Random truth values. */
  mask(shape: readonly number[]): SampleInput;
}

/** Random cases from a generator of uniform numbers in [0, 1). */
export function sampleRandom(next: () => number): SampleRandom {
  const integer = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const fill = (kind: SampleInput['kind'], shape: readonly number[], draw: () => number): SampleInput => ({
    kind,
    shape,
    values: Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, draw),
  });
  return {
    integer,
    pick: (choices) => choices[integer(0, choices.length - 1)]!,
    shape: (rank) => Array.from({ length: rank }, () => integer(1, 4)),
    uniform: (shape, low = -1, high = 1) => fill('float', shape, () => low + next() * (high - low)),
    apart(shape) {
      const length = shape.reduce((product, dim) => product * dim, 1);
      const steps = Array.from({ length }, (_, index) => ((index % 2 === 0 ? 1 : -1) * (index + 1)) / 8);
      for (let index = length - 1; index > 0; index -= 1) {
        const other = integer(0, index);
        [steps[index], steps[other]] = [steps[other]!, steps[index]!];
      }
      return { kind: 'float', shape, values: steps };
    },
    indices: (shape, low, high) => fill('int64', shape, () => integer(low, high)),
    mask: (shape) => fill('bool', shape, () => integer(0, 1)),
  };
}
