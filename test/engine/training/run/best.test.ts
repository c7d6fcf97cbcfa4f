import { describe, expect, it } from 'vitest';
import { bestEpoch, isExhausted } from '../../../../src/main/engine/training/run/best.ts';
import type { TrainingEpoch } from '../../../../src/shared/contract/trainings.ts';

const epochs = (...accuracies: readonly (number | null)[]): readonly TrainingEpoch[] =>
  accuracies.map((accuracy, index) => ({
    epoch: index + 1,
    step: index + 1,
    trainLoss: 1,
    faces: 9,
    loss: accuracy === null ? null : 2 - index / 10,
    accuracy,
    macroF1: accuracy,
    recall: [],
    ece: null,
  }));

describe('the best epoch', () => {
  it('has the highest figure, the earliest where several have; of losses the lowest', () => {
    expect(bestEpoch(epochs(0.1, 0.4, 0.4, 0.2), 'accuracy')!.epoch).toBe(2);
    expect(bestEpoch(epochs(0.1, 0.4, 0.4, 0.2), 'loss')!.epoch).toBe(4);
  });

  it('is none without a validation', () => {
    expect(bestEpoch(epochs(null, null), 'accuracy')).toBeNull();
    expect(bestEpoch([], 'macroF1')).toBeNull();
  });
});

describe('a run with patience', () => {
  const by = (patience: number | null) => ({ best: 'accuracy' as const, patience });

  it('stops once as many epochs brought nothing better', () => {
    expect(isExhausted(epochs(0.5, 0.4), by(2))).toBe(false);
    expect(isExhausted(epochs(0.5, 0.4, 0.5), by(2))).toBe(true);
    expect(isExhausted(epochs(0.5, 0.4, 0.6), by(2))).toBe(false);
  });

  it('never stops without patience or without a validation', () => {
    expect(isExhausted(epochs(0.5, 0.4, 0.3, 0.2), by(null))).toBe(false);
    expect(isExhausted(epochs(null, null, null), by(1))).toBe(false);
  });
});
