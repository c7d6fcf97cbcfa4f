import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command as Parser } from 'commander';
import { describe, expect, it } from 'vitest';
import { configFromFlags, type TrainFlags, withTrainFlags } from '../../src/main/cli/terminal/train-flags.ts';
import { AUGMENTATION_PRESETS } from '../../src/main/engine/training/augmentation/presets.ts';
import { CLASS_WEIGHTINGS } from '../../src/main/engine/training/class-weights.ts';
import { LOSS_NAMES } from '../../src/main/engine/training/losses/index.ts';
import { OPTIMIZERS } from '../../src/main/engine/training/optimizers/index.ts';
import { SAMPLER_NAMES } from '../../src/main/engine/training/sampling/index.ts';
import { SCHEDULES } from '../../src/main/engine/training/schedules/index.ts';
import { LEARNING_RATE_GROUPS, TRAINED_PARTS } from '../../src/main/engine/training/scopes.ts';
import { type TrainPresetName, trainConfigSchema } from '../../src/shared/train-config.ts';
import { tempFolder } from '../support/temp.ts';

const command = () => withTrainFlags(new Parser('train').exitOverride());

function configOf(words: readonly string[], preset: TrainPresetName = 'finetune') {
  const parser = command();
  parser.parse([...words], { from: 'user' });
  return configFromFlags(parser.opts<TrainFlags>(), preset);
}

const start = ['--dataset', 'faces', '--model', 'tiny'];
const plain = configOf(start);

describe('the flags of a training run', () => {
  it('give the defaults where nothing is said', () => {
    expect(plain).toEqual(trainConfigSchema.parse({ dataset: 'faces', model: 'tiny' }));
  });

  it.each<[string, object]>([
    ['--name mine', { name: 'mine' }],
    ['--split train,test', { splits: ['train', 'test'] }],
    ['--validation no', { validation: null }],
    ['--validation test', { validation: 'test' }],
    ['--limit 9', { limit: 9 }],
    ['--protocol probability', { protocol: 'probability' }],
    ['--targets votes', { targets: 'votes' }],
    ['--weights w.pth', { weights: resolve('w.pth') }],
    ['--sr-weights s.pth', { srWeights: resolve('s.pth') }],
    ['--reinitialise-head', { reinitialiseHead: true }],
    ['--allow-partial', { allowPartial: true }],
    ['--scope head,last-stages', { parts: ['head', 'last_stages'] }],
    ['--batch-norm frozen', { batchNorm: 'frozen' }],
    ['--loss f-pdls --alpha 0.7', { loss: { ...plain.loss, name: 'f_pdls', alpha: 0.7 } }],
    ['--gamma 1 --smoothing 0.2', { loss: { ...plain.loss, gamma: 1, smoothing: 0.2 } }],
    ['--class-weights inverse-frequency', { classWeights: 'inverse-frequency' }],
    ['--prior identity', { prior: 'identity' }],
    ['--prior p.json', { prior: resolve('p.json') }],
    [
      '--sampler class-balanced --balance 0.5',
      { sampling: { ...plain.sampling, name: 'class-balanced', balance: 0.5 } },
    ],
    ['--emphasis 2', { sampling: { ...plain.sampling, emphasis: 2 } }],
    ['--augmentation paper', { augmentation: 'paper' }],
    ['--epochs 7', { epochs: 7 }],
    ['--batch 8', { batchSize: 8 }],
    ['--micro-batch 4', { microBatch: 4 }],
    ['--optimizer adam --beta1 0.8', { optimizer: { ...plain.optimizer, name: 'adam', beta1: 0.8 } }],
    ['--beta2 0.9 --weight-decay 0', { optimizer: { ...plain.optimizer, beta2: 0.9, weightDecay: 0 } }],
    ['--momentum 0.5 --nesterov', { optimizer: { ...plain.optimizer, momentum: 0.5, nesterov: true } }],
    ['--lr 0.5', { learningRate: 0.5 }],
    ['--lr-of head=0.1 --lr-of resizer=0.2', { learningRates: { head: 0.1, resizer: 0.2 } }],
    ['--schedule step --every 3', { schedule: { ...plain.schedule, name: 'step', everyEpochs: 3 } }],
    ['--factor 0.5 --floor 0.1', { schedule: { ...plain.schedule, factor: 0.5, floor: 0.1 } }],
    ['--warmup 1.5', { schedule: { ...plain.schedule, warmupEpochs: 1.5 } }],
    ['--clip 5', { clipNorm: 5 }],
    ['--clip no', { clipNorm: null }],
    ['--ema 0.99', { ema: 0.99 }],
    ['--best macroF1', { best: 'macroF1' }],
    ['--patience 3', { patience: 3 }],
    ['--seed 12', { seed: 12 }],
    ['--provider webgpu', { provider: 'webgpu' }],
    ['--checkpoint-every 5', { checkpointEvery: 5 }],
  ])('%s changes what it says and nothing else', (words, changes) => {
    expect(configOf([...start, ...words.split(' ')])).toEqual({ ...plain, ...changes });
  });

  it('describe a network with what is around it in place of a model', () => {
    const words = '--dataset faces --network swin_tiny_patch4_window7_224 --resizer --stn --sr bicubic --head paper';
    expect(configOf(words.split(' '))).toMatchObject({
      model: null,
      network: {
        backbone: 'swin_tiny_patch4_window7_224',
        resizer: {},
        stn: true,
        sr: { kind: 'bicubic' },
        head: 'paper',
      },
    });
    const sized = configOf('--dataset faces --network nr_swin_micro --input 64 --classes a,b'.split(' '));
    expect(sized.network).toEqual({ backbone: 'nr_swin_micro', input: 64, classes: ['a', 'b'] });
  });

  it('go over a file of settings, which goes over a preset', () => {
    const file = join(tempFolder(), 'config.json');
    writeFileSync(file, JSON.stringify({ dataset: 'faces', model: 'tiny', loss: { gamma: 1 }, epochs: 4 }));
    const config = configOf(['--config', file, '--preset', 'paper', '--epochs', '2']);
    expect(config).toMatchObject({ model: 'tiny', epochs: 2, loss: { name: 'f_pdls', gamma: 1, alpha: 0.8 } });
    expect(config.optimizer.name).toBe('adam');
    const other = configOf(['--config', file, '--network', 'nr_swin_micro']);
    expect(other).toMatchObject({ model: null, network: { backbone: 'nr_swin_micro' } });
  });

  it('train a whole network where the preset of train is taken', () => {
    expect(configOf(start, 'scratch')).toMatchObject({
      parts: ['everything'],
      epochs: 10,
      schedule: { warmupEpochs: 1 },
    });
  });

  it.each(['--alpha 2', '--lr 0', '--lr-of head=fast', '--config /nowhere.json'])('refuse %s', (words) => {
    expect(() => configOf([...start, ...words.split(' ')])).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('name in their help every entry of the registries', () => {
    const help = command().helpInformation().replaceAll(/\s+/g, ' ');
    const names = [
      ...LOSS_NAMES,
      ...TRAINED_PARTS.map(({ name }) => name),
      ...CLASS_WEIGHTINGS.map(({ name }) => name),
      ...SAMPLER_NAMES,
      ...AUGMENTATION_PRESETS.map(({ name }) => name),
      ...OPTIMIZERS.map(({ name }) => name),
      ...SCHEDULES.map(({ name }) => name),
      ...LEARNING_RATE_GROUPS,
    ];
    expect(names.filter((name) => !help.includes(name.replaceAll('_', '-')))).toEqual([]);
  });
});
