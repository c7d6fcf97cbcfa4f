import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command as Parser } from 'commander';
import { z } from 'zod';
import { providerChoiceSchema, type Split, splitSchema } from '../../../shared/entities.ts';
import { UsageError } from '../../../shared/errors.ts';
import { storedRef } from '../../../shared/priors/stored.ts';
import {
  mergeSettings,
  TRAIN_PRESETS,
  type TrainConfig,
  type TrainPresetName,
  trainConfigSchema,
} from '../../../shared/train-config.ts';
import { collectPairs, collectSplits, list, number, whole } from './options.ts';

/** What `train` and `finetune` take, each flag a setting of the run's config. */
export interface TrainFlags {
  readonly config?: string;
  readonly preset?: TrainPresetName;
  readonly name?: string;
  readonly dataset?: string;
  readonly split?: readonly Split[];
  readonly validation?: Split | 'no';
  readonly limit?: number;
  readonly protocol?: string;
  readonly labels?: string;
  readonly targets?: TrainConfig['targets'];
  readonly model?: string;
  readonly network?: string;
  readonly classes?: readonly string[];
  readonly input?: number;
  readonly resizer?: boolean;
  readonly stn?: boolean;
  readonly sr?: string;
  readonly head?: 'plain' | 'paper';
  readonly weights?: string;
  readonly srWeights?: string;
  readonly reinitialiseHead?: boolean;
  readonly allowPartial?: boolean;
  readonly scope?: readonly string[];
  readonly batchNorm?: TrainConfig['batchNorm'];
  readonly loss?: string;
  readonly alpha?: number;
  readonly gamma?: number;
  readonly smoothing?: number;
  readonly classWeights?: string;
  readonly prior?: string;
  readonly sampler?: string;
  readonly balance?: number;
  readonly emphasis?: number;
  readonly augmentation?: string;
  readonly epochs?: number;
  readonly batch?: number;
  readonly microBatch?: number;
  readonly optimizer?: string;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  readonly weightDecay?: number;
  readonly lr?: number;
  readonly lrOf?: Readonly<Record<string, string>>;
  readonly schedule?: string;
  readonly warmup?: number;
  readonly every?: number;
  readonly factor?: number;
  readonly floor?: number;
  readonly clip?: number | 'no';
  readonly ema?: number | 'no';
  readonly best?: TrainConfig['best'];
  readonly patience?: number;
  readonly seed?: number;
  readonly trainer?: TrainConfig['trainer'];
  readonly provider?: TrainConfig['provider'];
  readonly checkpointEvery?: number;
}

const MANY = 1_000_000_000;
const positive = whole(1, MANY);
const { targets, batchNorm, best, trainer } = trainConfigSchema.shape;

/** Losses and parts are written with hyphens on the command line, underscores elsewhere. */
const underscored = (value: string): string => value.trim().replaceAll('-', '_');

const numberOrNo = (value: string): number | 'no' => (value === 'no' ? value : number(value));
const nullFor = (value: number | 'no' | undefined): number | null | undefined => (value === 'no' ? null : value);

function splitOrNo(value: string): Split | 'no' {
  if (value === 'no') return value;
  const parsed = splitSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`It should be one of ${splitSchema.options.join(', ')}, or no.`);
}

const choose = (flags: string, describe: string, choices: readonly string[]): Option =>
  new Option(flags, describe).choices(choices);

/** Gives a command the flags of a training run. */
export const withTrainFlags = (command: Parser): Parser =>
  command
    .option(
      '--config <file>',
      'settings as JSON, or what “runs show N --json” printed, to run it again; flags go over them',
    )
    .addOption(
      choose(
        '--preset <name>',
        'settings to begin with, under those of --config and flags',
        TRAIN_PRESETS.map(({ name }) => name),
      ),
    )
    .option('--name <name>', 'what the run is called')
    .option('--dataset <name>', 'the dataset')
    .option('--split <splits>', 'what is trained on (default: train; may be repeated)', collectSplits)
    .option('--validation <split>', 'what each epoch is validated with, or no (default: valid)', splitOrNo)
    .option('--limit <faces>', 'train on at most so many faces, drawn by the seed', positive)
    .option('--protocol <name>', 'which faces are trained on, and their targets (default: majority)')
    .option('--labels <version>', 'current, crowd (the votes as imported) or a label version (default: current)')
    .addOption(
      choose('--targets <kind>', 'teach the protocol’s targets or the votes (default: as the loss has it)', [
        ...targets.unwrap().options,
      ]),
    )
    .option('--model <name>', 'the model of the library to start from')
    .option('--network <name>', 'or a named network of “net variants” to start from')
    .option('--classes <names>', 'the network’s classes, parted by commas (default: the dataset’s)', list)
    .option('--input <side>', 'side of the square face that the network takes', whole(1, 4096))
    .option('--resizer', 'a learned resizer before the network (default: bilinear)')
    .option('--stn', 'a spatial transformer before the resizer')
    .option('--sr <kind>', 'enlarge the face first: bicubic, fsrcnn, espcn or dic')
    .addOption(choose('--head <kind>', 'the classification head', ['plain', 'paper']))
    .option('--weights <file>', 'weights to start from, .safetensors or PyTorch’s (default: drawn from the seed)')
    .option('--sr-weights <file>', 'weights of the super-resolution')
    .option('--reinitialise-head', 'start the head anew')
    .option('--allow-partial', 'use what fits of the weights and start the rest anew')
    .option(
      '--scope <parts>',
      'what is trained, parted by commas: head, resizer, stn, sr, last-stages, backbone, everything',
      (value) => list(value).map(underscored),
    )
    .addOption(choose('--batch-norm <mode>', 'batch norm of what is trained', [...batchNorm.unwrap().options]))
    .option('--loss <name>', 'cross-entropy, label-smoothing, soft-votes, pdls or f-pdls', underscored)
    .option('--alpha <share>', 'PDLS: the share of the label beside the prior (default: 0.8)', number)
    .option('--gamma <power>', 'F-PDLS: how far sure predictions are discounted (default: 2)', number)
    .option('--smoothing <share>', 'label smoothing: the share spread over all classes (default: 0.1)', number)
    .option('--class-weights <name>', 'none, inverse-frequency or effective-number')
    .option(
      '--prior <source>',
      'computed (from the votes), identity, a prior of the library (NAME or NAME@VERSION) or a JSON file',
    )
    .option('--sampler <name>', 'shuffled, class-balanced or ambiguity-weighted')
    .option('--balance <power>', 'class-balanced: 0 as they are to 1 all alike', number)
    .option('--emphasis <times>', 'ambiguity-weighted: how much more often an ambiguous face comes', number)
    .option('--augmentation <preset>', 'paper, light or none')
    .option('--epochs <number>', 'how often all faces are met', whole(1, 10_000))
    .option('--batch <faces>', 'faces a step', whole(1, 4096))
    .option('--micro-batch <faces>', 'faces at once, gradients summed up to a step’s', whole(1, 4096))
    .option('--optimizer <name>', 'adam, adamw or sgd')
    .option('--beta1 <share>', 'Adam: what a step keeps of the mean gradient', number)
    .option('--beta2 <share>', 'Adam: what a step keeps of the mean squared gradient', number)
    .option('--momentum <share>', 'SGD: what a step keeps of its velocity', number)
    .option('--nesterov', 'SGD: look one step ahead')
    .option('--weight-decay <rate>', 'how weights decay', number)
    .option('--lr <rate>', 'the learning rate', number)
    .option('--lr-of <part=rate>', 'that of sr, stn, resizer, backbone or head (may be repeated)', collectPairs)
    .option('--schedule <name>', 'how the rate goes: step, cosine, linear or constant')
    .option('--warmup <epochs>', 'epochs in which the rate rises from zero', number)
    .option('--every <epochs>', 'step: after how many epochs it falls', number)
    .option('--factor <share>', 'step: to which share it falls', number)
    .option('--floor <share>', 'cosine, linear: the share that is left at the end', number)
    .option('--clip <norm>', 'the greatest norm of a gradient, or no', numberOrNo)
    .option('--ema <share>', 'average the weights, keeping this share a step, or no', numberOrNo)
    .addOption(
      choose('--best <figure>', 'by what an epoch is the best (default: accuracy)', [...best.unwrap().options]),
    )
    .option('--patience <epochs>', 'stop after so many epochs without a better one', positive)
    .option('--seed <number>', 'from which all that is random follows', whole(0, 2 ** 32 - 1))
    .addOption(choose('--trainer <name>', 'what trains', [...trainer.unwrap().options]))
    .addOption(choose('--provider <name>', 'what computes (default: auto)', providerChoiceSchema.options))
    .option('--checkpoint-every <steps>', 'steps between checkpoints', positive);

/** The whole config: the preset, over it the file of --config, over that the flags. Throws UsageError. */
export function configFromFlags(flags: TrainFlags, preset: TrainPresetName): TrainConfig {
  const { config } = TRAIN_PRESETS.find(({ name }) => name === (flags.preset ?? preset))!;
  const given = flags.config === undefined ? {} : readConfig(flags.config);
  const parsed = trainConfigSchema.safeParse(mergeSettings(config, given, stated(flags, given)));
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]!.path.join('.');
  throw new UsageError(`The settings do not fit: ${z.prettifyError(parsed.error)}`, field === '' ? {} : { field });
}

const settingsSchema = z.record(z.string(), z.unknown());
const shownRunSchema = z.object({ training: z.object({ config: settingsSchema }) });

function readConfig(file: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const shown = shownRunSchema.safeParse(json);
    return shown.success ? shown.data.training.config : settingsSchema.parse(json);
  } catch (error) {
    throw new UsageError(`The settings in ${file} cannot be read: ${(error as Error).message}`, { file });
  }
}

function stated(flags: TrainFlags, given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { validation, model, weights, srWeights, lrOf } = flags;
  return {
    name: flags.name,
    dataset: flags.dataset,
    splits: flags.split,
    validation: validation === 'no' ? null : validation,
    limit: flags.limit,
    protocol: flags.protocol,
    labels: flags.labels,
    targets: flags.targets,
    model,
    ...startOf(flags, given),
    weights: weights && resolve(weights),
    srWeights: srWeights && resolve(srWeights),
    reinitialiseHead: flags.reinitialiseHead,
    allowPartial: flags.allowPartial,
    parts: flags.scope,
    batchNorm: flags.batchNorm,
    loss: { name: flags.loss, alpha: flags.alpha, gamma: flags.gamma, smoothing: flags.smoothing },
    classWeights: flags.classWeights,
    prior: priorFrom(flags.prior),
    sampling: { name: flags.sampler, balance: flags.balance, emphasis: flags.emphasis },
    augmentation: flags.augmentation,
    epochs: flags.epochs,
    batchSize: flags.batch,
    microBatch: flags.microBatch,
    optimizer: {
      name: flags.optimizer,
      beta1: flags.beta1,
      beta2: flags.beta2,
      momentum: flags.momentum,
      nesterov: flags.nesterov,
      weightDecay: flags.weightDecay,
    },
    learningRate: flags.lr,
    learningRates: lrOf && Object.fromEntries(Object.entries(lrOf).map(([part, rate]) => [part, Number(rate)])),
    schedule: {
      name: flags.schedule,
      warmupEpochs: flags.warmup,
      everyEpochs: flags.every,
      factor: flags.factor,
      floor: flags.floor,
    },
    clipNorm: nullFor(flags.clip),
    ema: nullFor(flags.ema),
    best: flags.best,
    patience: flags.patience,
    seed: flags.seed,
    trainer: flags.trainer,
    provider: flags.provider,
    checkpointEvery: flags.checkpointEvery,
  };
}

/** A flag that names a start takes the place of the file's other kind. */
function startOf(flags: TrainFlags, given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (flags.model !== undefined && flags.network === undefined) return { network: null };
  const around = {
    backbone: flags.network,
    classes: flags.classes,
    input: flags.input,
    resizer: flags.resizer && {},
    stn: flags.stn,
    sr: flags.sr === undefined ? undefined : { kind: flags.sr },
    head: flags.head,
  };
  const isSilent = Object.values(around).every((value) => value === undefined);
  if (isSilent) return {};
  return { network: mergeSettings({ network: given.network ?? {} }, { network: around }).network, model: null };
}

/** A file is told from a prior of the library by its ending or its folder. */
function priorFrom(source: string | undefined): string | undefined {
  if (source === undefined || source === 'computed' || source === 'identity' || storedRef(source) !== null)
    return source;
  return /[\\/]|\.json$/i.test(source) ? resolve(source) : `stored:${source}`;
}
