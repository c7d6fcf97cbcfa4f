import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeDrawnFaces } from '../../src/main/cli/demo/drawn-dataset.ts';
import type { Comparison } from '../../src/shared/contract/comparisons.ts';
import type {
  Training,
  TrainingEpoch,
  TrainingEstimate,
  TrainingPlanReport,
  TrainingStep,
} from '../../src/shared/contract/trainings.ts';
import type { Model } from '../../src/shared/model-spec.ts';
import { suiteFolder } from '../support/temp.ts';
import { writeTinyModel } from '../support/tiny-model.ts';
import { type CliResult, document, runCli, runCliHere } from './run-cli.ts';

interface Trained {
  readonly training: Training;
  readonly epochs: readonly TrainingEpoch[];
  readonly result: { readonly facesPerSecond: number; readonly best: TrainingEpoch };
  readonly saved: { readonly model: Model; readonly folder: string } | null;
}

const folder = suiteFolder();
const json = (...words: readonly string[]): Promise<CliResult> => runCliHere(folder, '--json', ...words);
const tuning = ['finetune', '--dataset', 'drawn', '--model', 'tiny', '--provider', 'cpu', '--scope', 'resizer,head'];
const quick = ['--loss', 'f-pdls', '--prior', 'computed', '--batch', '8', '--limit', '32', '--lr', '0.01'];

beforeAll(async () => {
  const faces = join(folder, 'faces');
  writeDrawnFaces(faces, { train: 64, valid: 24 });
  const model = await writeTinyModel(join(folder, 'tiny'));
  for (const words of [
    ['import', 'ferplus', faces, '--name', 'drawn'],
    ['models', 'add', model],
  ]) {
    expect(await runCliHere(folder, ...words)).toMatchObject({ code: 0 });
  }
});

describe('training from the command line', () => {
  it('says beforehand what it would train on, and does nothing more when only that is asked', async () => {
    const { code, stdout } = await runCliHere(folder, ...tuning, ...quick, '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Training on 32 faces \(neutral \d+, .*contempt \d+\); \d+ are dropped\. Validating with \d+/,
    );
    expect(stdout).toMatch(/^20 steps over \d+ of \d+ parameters\.$/m);
    expect(document(await json('runs'))).toEqual([]);
  });

  it('says how long it would take, by steps that it times here, and keeps nothing of them', async () => {
    const result = await json(...tuning, ...quick, '--epochs', '3', '--estimate');
    const { estimate } = document(result) as { estimate: TrainingEstimate };
    expect(estimate).toMatchObject({ provider: 'cpu' });
    expect(estimate.steps).toBeGreaterThanOrEqual(2);
    const { plan } = document(await json(...tuning, ...quick, '--dry-run')) as { plan: TrainingPlanReport };
    const validated = plan.counts.validation!.kept / estimate.validationFacesPerSecond;
    expect(estimate.seconds).toBeCloseTo(3 * ((4 * 8) / estimate.facesPerSecond + validated), 6);
    expect(document(await json('runs'))).toEqual([]);
  });

  it('fine-tunes with progress on stderr and one document on stdout, and makes a model of it', async () => {
    const result = await runCli(folder, '--json', ...tuning, ...quick, '--epochs', '2', '--save', 'tuned');
    expect(result).toMatchObject({ code: 0 });
    expect(result.stderr).toMatch(/^Training on 32 faces/m);
    expect(result.stderr).toMatch(/^epoch 2: loss \d\.\d+, valid loss \d.*accuracy \d.*macro-F1 \d.*ECE \d/m);
    const trained = document(result) as Trained;
    expect(trained.training).toMatchObject({ id: 1, status: 'done', stepsDone: 8, epochsDone: 2, provider: 'cpu' });
    expect(trained.training.config).toMatchObject({ parts: ['resizer', 'head'], loss: { name: 'f_pdls' }, limit: 32 });
    expect(trained.epochs).toHaveLength(2);
    expect(trained.epochs[1]!.trainLoss).toBeLessThan(trained.epochs[0]!.trainLoss);
    expect(trained.result.facesPerSecond).toBeGreaterThan(0);
    expect(trained.saved!.model.spec.trainedOn).toContain('32 faces of drawn');
    expect(existsSync(join(trained.saved!.folder, 'weights.safetensors'))).toBe(true);
    expect(document(await json('models', 'show', 'tuned'))).toMatchObject({
      spec: { network: { kind: 'classifier' } },
    });
  });

  it('takes its settings from a run that was shown', async () => {
    const shown = document(await json('runs', 'show', '1')) as Pick<Trained, 'training'> & { steps: TrainingStep[] };
    expect(shown.steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const config = join(folder, 'config.json');
    writeFileSync(config, JSON.stringify(shown));
    const again = document(await json('finetune', '--config', config, '--epochs', '1', '--name', 'again')) as Trained;
    expect(again.training).toMatchObject({ id: 2, name: 'again', epochsDone: 1, config: { limit: 32, epochs: 1 } });
  });

  it('trains from scratch', async () => {
    const words = ['train', '--dataset', 'drawn', '--model', 'tiny', '--reinitialise-head', '--provider', 'cpu'];
    const trained = document(await json(...words, '--limit', '16', '--batch', '8', '--epochs', '1')) as Trained;
    expect(trained.training).toMatchObject({
      status: 'done',
      config: { parts: ['everything'], loss: { name: 'soft_votes' } },
    });
  });

  it('fine-tunes by the tfjs trainer, and says before that it is slow', async () => {
    const words = [...tuning, ...quick, '--trainer', 'tfjs', '--epochs', '1', '--name', 'other trainer'];
    const result = await json(...words);
    expect(result.stderr).toMatch(/^TensorFlow\.js computes on its own cpu backend, which is slow: .*not installed\./m);
    expect(result.stderr).toMatch(/^epoch 1: loss \d\.\d+, valid loss \d/m);
    const { training } = document(result) as Trained;
    expect(training).toMatchObject({ status: 'done', stepsDone: 4, provider: 'cpu, tfjs (slow: not native)' });
    expect(await runCliHere(folder, 'runs', 'remove', String(training.id))).toMatchObject({ code: 0 });
  });

  it('lists and compares runs by what they came to and the settings that differ', async () => {
    const list = await runCliHere(folder, 'runs');
    expect(list.stdout).toMatch(/^ *2 +again +done +32 +1\/1 +\d/m);
    const compared = document(await json('runs', 'compare', '1', '2')) as {
      differences: { setting: string; values: unknown[] }[];
    };
    expect(compared.differences).toContainEqual({ setting: 'epochs', values: [2, 1] });
    expect(compared.differences.map(({ setting }) => setting).toSorted()).toEqual(['epochs', 'name']);
    const words = await runCliHere(folder, 'runs', 'compare', '1', '2');
    expect(words.stdout).toMatch(/^epochs +2 +1$/m);
  });

  it('says which faces a run changed beside the model before it, and beside another run', async () => {
    expect((await runCliHere(folder, 'runs', 'compare', '1')).stdout).toContain('add --faces to have them predicted');
    const { comparison } = document(await json('runs', 'compare', '1', '--faces')) as { comparison: Comparison };
    const { counts, changedFaces } = comparison;
    expect(comparison).toMatchObject({ before: 'tiny', dataset: 'drawn', splits: ['valid'], protocol: 'majority' });
    expect(changedFaces).toHaveLength(counts.fixed + counts.broken + counts.changed);
    const { stdout } = await runCliHere(folder, 'runs', 'compare', '1', '--faces');
    expect(stdout).toMatch(new RegExp(`^fixed +${counts.fixed}$`, 'm'));
    expect(stdout).toMatch(/^accuracy +\d.* % +\d.* % +[+−]\d/m);
    for (const { key } of changedFaces) expect(stdout).toContain(key);
    const between = document(await json('runs', 'compare', '1', '2', '--faces')) as { comparison: Comparison };
    expect(between.comparison.figures.before).toEqual(comparison.figures.after);
    const counted = document(await json('runs', 'compare', '1', '2')) as { comparison: Comparison };
    expect(counted.comparison.counts).toEqual(between.comparison.counts);
    expect(counted.comparison.changedFaces).toBeUndefined();
  });

  it('says which faces two runs of predictions differ in', async () => {
    for (const model of ['tiny', 'tuned']) {
      const words = ['predict', '--dataset', 'drawn', '--split', 'valid', '--model', model, '--provider', 'cpu'];
      expect(await runCliHere(folder, ...words)).toMatchObject({ code: 0 });
    }
    const found = document(await json('runs', 'compare', '1', '2', '--predictions', '--faces')) as Comparison;
    const trained = document(await json('runs', 'compare', '1', '--faces')) as { comparison: Comparison };
    expect(found.before).toBe('tiny, run 1');
    expect(found.counts).toEqual(trained.comparison.counts);
    expect(await json('runs', 'compare', '1', '--predictions')).toMatchObject({ code: 2 });
  });

  it('saves an earlier run, and removes one', async () => {
    const saved = document(await json('runs', 'save', '2', 'second', '--weights', 'last')) as { model: Model };
    expect(saved.model).toMatchObject({ name: 'second' });
    expect(await json('runs', 'resume', '2')).toMatchObject({ code: 1 });
    expect(await runCliHere(folder, 'runs', 'remove', '2')).toMatchObject({ code: 0 });
    expect((document(await json('runs')) as Training[]).map(({ id }) => id)).toEqual([3, 1]);
  });

  it.each([
    [['--model', 'nobody'], 1],
    [['--loss', 'guess'], 2],
    [['--scope', 'tail'], 2],
    [['--alpha', '7'], 2],
    [['--trainer', 'tfjs', '--scope', 'everything'], 2],
    [['--trainer', 'torch'], 2],
    [['--epochs', 'many'], 2],
  ])('refuses %s', async (words, code) => {
    expect(await runCliHere(folder, ...tuning, ...quick, ...words)).toMatchObject({ code, stdout: '' });
  });
});
