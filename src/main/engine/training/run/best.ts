import type { TrainingEpoch } from '../../../../shared/contract/trainings.ts';
import type { TrainConfig } from '../../../../shared/train-config.ts';

type Criterion = TrainConfig['best'];

/** The epoch with the best figure, the earliest of those that tie; null where none was validated. */
export function bestEpoch(epochs: readonly TrainingEpoch[], by: Criterion): TrainingEpoch | null {
  const scored = epochs.filter((epoch) => epoch[by] !== null);
  const score = (epoch: TrainingEpoch): number => (by === 'loss' ? -epoch[by]! : epoch[by]!);
  return scored.reduce<TrainingEpoch | null>(
    (best, epoch) => (best === null || score(epoch) > score(best) ? epoch : best),
    null,
  );
}

/** Whether so many epochs went by without a better one that a run should stop. */
export function isExhausted(
  epochs: readonly TrainingEpoch[],
  { best, patience }: Pick<TrainConfig, 'best' | 'patience'>,
): boolean {
  const found = bestEpoch(epochs, best);
  return patience !== null && found !== null && epochs.length - found.epoch >= patience;
}
