import type { Value } from '../graph.ts';
import { add, mul, reciprocal, sqrt, sub } from './arithmetic.ts';
import { reduceMean } from './reduce.ts';

/** 1 ÷ √(variance + ε). */
export const inverseDeviation = (variance: Value, epsilon: number): Value => reciprocal(sqrt(add(variance, epsilon)));

export const cube = (x: Value): Value => mul(mul(x, x), x);

/**
 * What rows get back, along the last axis, where g comes back to (x − mean) · inverse:
 * (g − mean g) · inverse − (x − mean) · inverse³ · mean(g · (x − mean)). The last factor is given, as callers share it.
 */
export const throughDeviation = (g: Value, centred: Value, inverse: Value, meanProduct: Value): Value =>
  sub(mul(sub(g, reduceMean(g, [-1], true)), inverse), mul(centred, mul(cube(inverse), meanProduct)));
