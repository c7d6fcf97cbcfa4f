import { findNamed } from '../find-named.ts';
import { adam } from './adam.ts';
import { adamw } from './adamw.ts';
import type { Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';

/** Every optimiser. A new one is a file and a line here. */
export const OPTIMIZERS: readonly Optimizer[] = [adam, adamw, sgd];

/** The optimiser of that name. Throws UsageError. */
export const findOptimizer = (name: string): Optimizer => findNamed(OPTIMIZERS, name, 'optimiser');
