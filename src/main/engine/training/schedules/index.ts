import { findNamed } from '../find-named.ts';
import { constant } from './constant.ts';
import { cosine } from './cosine.ts';
import { linear } from './linear.ts';
import type { Schedule, SchedulePosition, ScheduleSettings } from './schedule.ts';
import { step } from './step.ts';

/** Every schedule of the learning rate. A new one is a file and a line here. */
export const SCHEDULES: readonly Schedule[] = [step, cosine, linear, constant];

/** The schedule of that name. Throws UsageError. */
export const findSchedule = (name: string): Schedule => findNamed(SCHEDULES, name, 'schedule');

/**
 * By what the learning rate is multiplied in a step, from 0 to 1. During the warm-up it rises evenly, reaching the
 * whole rate with the warm-up's last step.
 */
export function learningRateFactor(schedule: Schedule, position: SchedulePosition, settings: ScheduleSettings): number {
  const { step: done, stepsPerEpoch, epochs } = position;
  const warmup = Math.round(settings.warmupEpochs * stepsPerEpoch);
  if (done < warmup) return (done + 1) / warmup;
  const share = Math.min(1, (done - warmup) / Math.max(1, epochs * stepsPerEpoch - warmup));
  return schedule.factor({ epoch: done / stepsPerEpoch, share }, settings);
}
