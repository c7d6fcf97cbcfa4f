import type { Sampler } from './sampler.ts';

/** A face of a class with n faces has the weight n^−balance: at balance 1 each class is met alike often. */
export const classBalanced = {
  name: 'class-balanced',
  describe: 'faces of rare classes more often, those of frequent ones less',
  weights(faces, { balance }) {
    const counts = new Map<number, number>();
    for (const { label } of faces) counts.set(label, (counts.get(label) ?? 0) + 1);
    return Float64Array.from(faces, ({ label }) => counts.get(label)! ** -balance);
  },
} as const satisfies Sampler;
