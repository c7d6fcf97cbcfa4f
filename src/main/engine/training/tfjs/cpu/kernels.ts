import type { Tensorflow } from '../load.ts';

export function registerKernels(_tf: Tensorflow): void {}
