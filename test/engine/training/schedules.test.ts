import { describe, expect, it } from 'vitest';
import { findSchedule, learningRateFactor, SCHEDULES } from '../../../src/main/engine/training/schedules/index.ts';
import { SCHEDULE_DEFAULTS, type ScheduleSettings } from '../../../src/main/engine/training/schedules/schedule.ts';

const STEPS_PER_EPOCH = 4;

const factorAt = (name: string, epoch: number, epochs: number, settings: Partial<ScheduleSettings> = {}): number =>
  learningRateFactor(
    findSchedule(name),
    { step: epoch * STEPS_PER_EPOCH, stepsPerEpoch: STEPS_PER_EPOCH, epochs },
    { ...SCHEDULE_DEFAULTS, ...settings },
  );

describe('the paper’s schedule', () => {
  it.each([
    [0, 1],
    [9.75, 1],
    [10, 0.25],
    [19.75, 0.25],
    [20, 0.0625],
    [99.75, 0.25 ** 9],
  ])('after %f of 100 epochs has %f of the rate', (epoch, expected) => {
    expect(factorAt('step', epoch, 100)).toBe(expected);
  });

  it('falls by another factor after other epochs if told so', () => {
    expect(factorAt('step', 6, 100, { everyEpochs: 3, factor: 0.5 })).toBe(0.25);
  });
});

describe('cosine', () => {
  it('is half way down in the middle and at its floor at the end', () => {
    expect(factorAt('cosine', 0, 8)).toBe(1);
    expect(factorAt('cosine', 2, 8)).toBeCloseTo(0.5 + Math.SQRT1_2 / 2, 12);
    expect(factorAt('cosine', 4, 8)).toBeCloseTo(0.5, 12);
    expect(factorAt('cosine', 8, 8)).toBeCloseTo(0, 12);
    expect(factorAt('cosine', 8, 8, { floor: 0.1 })).toBeCloseTo(0.1, 12);
  });

  it('after a warm-up falls over what is left of the run', () => {
    const warm = { warmupEpochs: 2 };
    expect(factorAt('cosine', 2, 10, warm)).toBe(1);
    expect(factorAt('cosine', 6, 10, warm)).toBeCloseTo(0.5, 12);
  });
});

describe('linear and constant', () => {
  it('fall evenly to the floor, and not at all', () => {
    expect(factorAt('linear', 3, 4)).toBeCloseTo(0.25, 12);
    expect(factorAt('linear', 4, 4, { floor: 0.2 })).toBeCloseTo(0.2, 12);
    expect(factorAt('constant', 3, 4)).toBe(1);
  });
});

describe.each(SCHEDULES.map(({ name }) => name))('%s', (name) => {
  it('rises evenly through a warm-up, to the whole rate in its last step', () => {
    const rates = [0, 0.25, 0.5, 0.75].map((epoch) => factorAt(name, epoch, 5, { warmupEpochs: 1 }));
    expect(rates).toEqual([0.25, 0.5, 0.75, 1]);
  });

  it('never rises afterwards nor leaves 0 to 1', () => {
    const rates = Array.from({ length: 21 }, (_, epoch) => factorAt(name, epoch, 20, { everyEpochs: 3 }));
    expect(rates.every((rate, at) => rate >= 0 && rate <= (rates[at - 1] ?? 1))).toBe(true);
  });
});
