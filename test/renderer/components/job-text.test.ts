import { describe, expect, it } from 'vitest';
import { progressText, progressTotals } from '../../../src/renderer/components/jobs/job-text.ts';
import { coverage, providerOptions } from '../../../src/renderer/components/predict/choices.ts';
import type { Job } from '../../../src/shared/entities.ts';

const job = (change: Partial<Job>): Job => ({
  id: 1,
  kind: 'predict',
  title: 'Predict',
  status: 'running',
  progress: { phase: 'predicting', done: 1024, total: 3578, rate: 210.4, secondsLeft: 12 },
  provider: 'cpu',
  datasetId: 1,
  runId: 1,
  result: null,
  error: null,
  resumable: false,
  createdAt: 0,
  startedAt: 0,
  endedAt: null,
  ...change,
});

describe('progressText', () => {
  it('puts the provider beside the speed and ends with the time left', () => {
    expect(progressText(job({}))).toBe('predicting · 1,024 of 3,578 · 210 faces/s on cpu · 12 s left');
  });

  it('says how long an ended job took instead', () => {
    expect(progressText(job({ status: 'cancelled', endedAt: 65_000 }))).toBe(
      '1,024 of 3,578 · 210 faces/s on cpu · 1 min 05 s',
    );
  });
});

describe('progressTotals', () => {
  it('is endless only while a running job does not know its total', () => {
    const progress = { phase: 'reading', done: 5, total: null, rate: null, secondsLeft: null };
    expect(progressTotals(job({ progress })).total).toBeNull();
    expect(progressTotals(job({ progress, status: 'failed' })).total).toBe(5);
    expect(progressTotals(job({ progress, status: 'done' }))).toEqual({ done: 1, total: 1 });
  });
});

describe('predict choices', () => {
  it('offers auto first and unusable providers only to be seen', () => {
    const report = { reason: '', maxDifference: null, milliseconds: null };
    const options = providerOptions(
      [
        { ...report, name: 'cpu', usable: true },
        { ...report, name: 'cuda', usable: false },
      ],
      'cpu',
    );
    expect(options.map(({ value, disabled }) => [value, disabled])).toEqual([
      ['auto', false],
      ['cpu', false],
      ['cuda', true],
    ]);
    expect(options[0]?.label).toBe('auto, now cpu');
  });

  it('counts what runs of the same model over the same splits have done, in any order of splits', () => {
    const run = {
      id: 1,
      datasetId: 1,
      modelId: 2,
      modelName: 'm',
      splits: ['valid', 'train'] as const,
      provider: 'cpu',
      done: 7,
      total: 9,
      complete: false,
      facesPerSecond: null,
      createdAt: 0,
      endedAt: null,
    };
    const runs = [{ ...run, splits: [...run.splits] }];
    expect(coverage(runs, { datasetId: 1, modelId: 2, splits: ['train', 'valid'] }).done).toBe(7);
    expect(coverage(runs, { datasetId: 1, modelId: 2, splits: ['train'] }).done).toBe(0);
    expect(coverage(runs, { datasetId: 1, modelId: 3, splits: ['train', 'valid'] }).done).toBe(0);
  });
});
