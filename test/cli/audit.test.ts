import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { MEASURE_NAMES } from '../../src/main/analysis/measure-run.ts';
import { QUEUE_ORDERS } from '../../src/main/analysis/queue-orders/index.ts';
import { writeDrawnFaces } from '../../src/main/cli/demo/drawn-dataset.ts';
import { FERPLUS_EMOTIONS } from '../../src/shared/class-sets.ts';
import type { Queue } from '../../src/shared/contract/queues.ts';
import { tinyClassifier, writeModel } from '../support/onnx-models.ts';
import { suiteFolder } from '../support/temp.ts';
import { type CliResult, document, runCli, runCliHere } from './run-cli.ts';

const folder = suiteFolder();
const json = (...words: readonly string[]): Promise<CliResult> => runCliHere(folder, '--json', ...words);
const OVER = ['--dataset', 'drawn', '--split', 'valid', '--model', 'tiny'] as const;

interface Audit {
  readonly runId: number;
  readonly faces: number;
  readonly found: number;
  readonly estimatedIssues: number;
  readonly issues: readonly { readonly rank: number; readonly key: string; readonly measures: object }[];
  readonly queue: Queue | null;
}

beforeAll(async () => {
  const faces = join(folder, 'faces');
  writeDrawnFaces(faces, { train: 24, valid: 40 });
  await json('import', 'ferplus', faces, '--name', 'drawn');
  const weights = [FERPLUS_EMOTIONS.map((_, index) => index / 1000)];
  const file = writeModel(
    join(folder, 'tiny.onnx'),
    tinyClassifier({ channels: 1, size: 48, dtype: 'uint8', weights }),
  );
  await json('models', 'add', file, '--name', 'tiny', '--classes', FERPLUS_EMOTIONS.join(','));
});

describe('auditing labels from the command line', () => {
  it('predicts where no run is complete, ranks the issues with their measures, and keeps them as a queue', async () => {
    const result = await runCli(folder, '--json', 'audit', ...OVER, '--provider', 'cpu', '--queue', 'doubtful');
    expect(result.code).toBe(0);
    const found = document(result) as Audit;
    expect(found).toMatchObject({ runId: 1, dataset: 'drawn', model: 'tiny', unpredicted: 0 });
    expect(found.found).toBeGreaterThan(0);
    expect(found.issues.map(({ rank }) => rank)).toEqual(found.issues.map((_, index) => index + 1));
    expect(Object.keys(found.issues[0]!.measures)).toEqual(MEASURE_NAMES);
    expect(found.queue).toMatchObject({ name: 'doubtful', total: found.found, orderLabel: 'As listed' });
    const { items } = document(await json('queues', 'show', 'doubtful', '--faces', '2000')) as {
      items: { tile: { key: string } }[];
    };
    expect(items.map(({ tile }) => tile.key)).toEqual(found.issues.map(({ key }) => key));
  });

  it('does not predict again, and says in words what it found', async () => {
    const words = await runCliHere(
      folder,
      'audit',
      ...OVER,
      '--rank',
      'normalisedMargin',
      '--filter',
      'confident-joint',
    );
    expect(words.code).toBe(0);
    expect(words.stdout).toMatch(/^model +tiny \(run 1, cpu\)$/m);
    expect(words.stdout).toMatch(/^estimated issues +\d+$/m);
    expect(words.stdout).toMatch(/^ *# +FACE +LABEL +MODEL +selfConfidence/m);
    const runs = document(await json('evaluate', ...OVER)) as { runId: number };
    expect(runs.runId).toBe(1);
  });

  it('refuses an unknown filter by naming the known ones', async () => {
    const refused = await json('audit', ...OVER, '--filter', 'guessing');
    expect(refused.code).toBe(2);
    expect(document(refused)).toMatchObject({ error: { detail: { names: expect.arrayContaining(['both']) } } });
  });
});

describe('review queues from the command line', () => {
  it('are created with filters, listed, shown, refilled and deleted', async () => {
    const created = await json(
      ...['queues', 'create', 'wavering', '--dataset', 'drawn', '--order', 'most-ambiguous', '--balanced'],
      ...['--split', 'valid', '--model', 'tiny', '--measure', 'mistakenness=0.4..1', '--wrong', '--limit', '5'],
    );
    expect(created.code).toBe(0);
    expect(document(created)).toMatchObject({
      runId: 1,
      balanced: true,
      limit: 5,
      filter: { splits: ['valid'], agreement: ['wrong'], measures: { mistakenness: [0.4, 1] } },
    });
    const { total } = document(created) as Queue;
    expect(total).toBeLessThanOrEqual(5);
    const listed = await runCliHere(folder, 'queues');
    expect(listed.stdout).toMatch(/^wavering +drawn +most ambiguous, balanced +0 +0 +\d /m);
    const shown = await runCliHere(folder, 'queues', 'show', 'wavering');
    expect(shown.stdout).toMatch(/^order +most ambiguous, balanced$/m);
    expect(shown.stdout).toMatch(/VOTE ENTROPY/);
    expect(document(await json('queues', 'refill', 'wavering'))).toMatchObject({ added: 0, total });
    expect(document(await json('queues', 'delete', 'wavering'))).toEqual({ deleted: 'wavering', total });
    expect((await json('queues', 'show', 'wavering')).code).toBe(1);
  });

  it.each(QUEUE_ORDERS.filter(({ name }) => name !== 'leaked-duplicates').map(({ name }) => name))(
    'can be made in the order %s',
    async (order) => {
      const words = ['--dataset', 'drawn', '--split', 'valid', '--order', order, '--model', 'tiny', '--seed', '3'];
      const { code } = await json('queues', 'create', order, ...words);
      expect(code).toBe(0);
      const { items } = document(await json('queues', 'show', order, '--faces', '2000')) as {
        items: { score: number }[];
      };
      const scores = items.map(({ score }) => score);
      const greatestFirst = scores.toSorted((a, b) => b - a);
      expect(scores).toEqual(order === 'as-listed' ? greatestFirst.toReversed() : greatestFirst);
    },
  );

  it('say what is wrong with an order, a class or a range', async () => {
    const create = (...words: string[]) => json('queues', 'create', 'x', '--dataset', 'drawn', ...words);
    expect(document(await create('--order', 'loudest'))).toMatchObject({ error: { code: 'USAGE' } });
    expect(document(await create('--order', 'most-ambiguous', '--label', 'smirk'))).toMatchObject({
      error: { message: '“drawn” has no class “smirk”.' },
    });
    expect((await create('--order', 'most-ambiguous', '--measure', 'mistakenness')).code).toBe(2);
    expect((await create('--order', 'most-mistaken')).code).toBe(2);
  });
});

describe('agreement from the command line', () => {
  it('needs no run and covers every split by default', async () => {
    const result = await json('evaluate', '--dataset', 'drawn', '--agreement');
    expect(result.code).toBe(0);
    expect(document(result)).toMatchObject({ splits: ['train', 'valid'], faces: 64, leftOut: 0 });
    const words = await runCliHere(folder, 'evaluate', '--dataset', 'drawn', '--agreement', '--split', 'valid');
    expect(words.stdout).toMatch(/^Fleiss κ +0\.\d{3}$/m);
    expect(words.stdout).toMatch(/^Krippendorff α +0\.\d{3} \(nominal\)$/m);
  });

  it('is refused for a dataset whose faces have one label each', async () => {
    const kaggle = join(folder, 'fer2013.csv');
    writeFileSync(kaggle, `emotion,pixels,Usage\n3,${new Array(48 * 48).fill(7).join(' ')},Training\n`);
    await json('import', 'ferplus', kaggle, '--name', 'single');
    const refused = await json('evaluate', '--dataset', 'single', '--agreement');
    expect(refused.code).toBe(2);
    expect(document(refused)).toMatchObject({ error: { code: 'USAGE', detail: { field: 'splits' } } });
  });
});
