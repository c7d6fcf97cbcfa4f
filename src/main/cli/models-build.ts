import { basename, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command as Parser } from 'commander';
import type { BuiltModel, ModelBuild, WeightsReport } from '../../shared/contract/model-folders.ts';
import type { Outcome, Run, Session } from './terminal/command.ts';
import { count } from './terminal/format.ts';
import { list, numbers, whole } from './terminal/options.ts';
import { pairs, rowsAsText } from './terminal/table.ts';
import { waiting } from './terminal/waiting.ts';

interface SuperResolution {
  readonly kind: string;
  readonly file: string | null;
}

interface BuildOptions {
  readonly backbone: string;
  readonly classes: readonly string[];
  readonly out: string;
  readonly weights?: string;
  readonly input?: number;
  readonly channels?: '1' | '3';
  readonly mean?: number[];
  readonly std?: number[];
  readonly sr?: SuperResolution;
  readonly srScale?: number;
  readonly stn?: boolean;
  readonly resizer?: boolean;
  readonly resizerChannels?: number;
  readonly resizerBlocks?: number;
  readonly head?: 'plain' | 'paper';
  readonly seed: number;
  readonly reinitialiseHead?: boolean;
  readonly allowPartial?: boolean;
  readonly opset?: number;
  readonly name?: string;
  readonly licence?: string;
  readonly source?: string;
  readonly trainedOn?: string;
  readonly force?: boolean;
  readonly add: boolean;
}

/** Gives the group `models` its command that puts a classifier together. */
export function defineBuild(group: Parser, run: Run): void {
  group
    .command('build')
    .description('put a classifier together from a named network and weights: a folder that the app can run')
    .requiredOption(
      '--backbone <name>',
      'a named network of “net variants”; nr_swin_micro is a whole pipeline with defaults of its own',
    )
    .requiredOption('--classes <names>', 'the classes in the order of the output, parted by commas', list)
    .requiredOption('--out <folder>', 'the folder to write')
    .option('--weights <file>', 'weights, .safetensors or PyTorch’s; without them all starts from the seed')
    .option('--resizer', 'bring the face to the backbone’s size by the learned resizer (default: bilinear)')
    .option('--resizer-channels <n>', 'feature channels of the resizer (default: 16)', whole(1, 1024))
    .option('--resizer-blocks <r>', 'residual blocks of the resizer (default: 1)', whole(0, 64))
    .option('--stn', 'a spatial transformer before the resizer')
    .option('--sr <kind[:file]>', 'enlarge the face first: bicubic, fsrcnn, espcn or dic, with its weights', enlarging)
    .option('--sr-scale <factor>', 'how many times larger (default: 2; dic: always 8)', whole(1, 16))
    .addOption(new Option('--head <kind>', 'the classification head (default: plain)').choices(['plain', 'paper']))
    .option('--input <side>', 'side of the square face in pixels (default: 48)', whole(1, 4096))
    .addOption(new Option('--channels <number>', '1 for grey, 3 for colour (default: 1)').choices(['1', '3']))
    .option(
      '--mean <numbers>',
      'subtracted from pixels in [0, 1]; one number or three (default: ImageNet’s)',
      ofChannels,
    )
    .option('--std <numbers>', 'divides what is left; one number or three (default: ImageNet’s)', ofChannels)
    .option('--seed <number>', 'draws what no weights are given for', whole(0, 2 ** 32 - 1), 0)
    .option('--reinitialise-head', 'start the head anew, whatever the weights hold for it')
    .option('--allow-partial', 'use what fits of the weights and start the rest anew')
    .option('--opset <number>', 'the ONNX operator set to write, 17 to 20 (default: 20)', whole(17, 20))
    .option('--name <name>', 'the model’s name (default: the folder’s)')
    .option('--licence <text>', 'the model’s licence')
    .option('--source <text>', 'where the weights are from')
    .option('--trained-on <text>', 'what the weights were trained on')
    .option('--force', 'write into a folder that is not empty; files of the same names are replaced')
    .option('--no-add', 'only write the folder; do not add the model to the library')
    .action((options: BuildOptions) => run((session) => build(session, options)));
}

const CHANNELS = { 1: 1, 3: 3 } as const;

function enlarging(value: string): SuperResolution {
  const [kind = '', ...rest] = value.split(':');
  if (kind === '' || (rest.length > 0 && rest.join('') === '')) {
    throw new InvalidArgumentError('It should read KIND or KIND:FILE.');
  }
  return { kind, file: rest.length === 0 ? null : resolve(rest.join(':')) };
}

function ofChannels(value: string): number[] {
  const values = numbers(value);
  if (values.length === 3) return [...values];
  if (values.length === 1) return [values[0]!, values[0]!, values[0]!];
  throw new InvalidArgumentError('It should be one number, or three parted by commas.');
}

async function build(session: Session, options: BuildOptions): Promise<Outcome> {
  const order = orderOf(options);
  const built = await waiting(session, `Building ${order.name} from ${options.backbone}`, (call) =>
    session.client.models.build(order, call),
  );
  return { document: built, text: describe(order, built) };
}

function orderOf(options: BuildOptions): ModelBuild {
  const { backbone, classes, input, channels, mean, std, stn, head, opset } = options;
  const out = resolve(options.out);
  const learned = options.resizer || options.resizerChannels !== undefined || options.resizerBlocks !== undefined;
  return {
    choice: {
      backbone,
      classes: [...classes],
      input,
      channels: channels && CHANNELS[channels],
      mean,
      std,
      sr: options.sr && { kind: options.sr.kind, scale: options.srScale },
      stn,
      resizer: learned ? { n: options.resizerChannels, r: options.resizerBlocks } : undefined,
      head,
    },
    sources: {
      weights: options.weights === undefined ? null : resolve(options.weights),
      srWeights: options.sr?.file ?? null,
      seed: options.seed,
      reinitialiseHead: options.reinitialiseHead === true,
      allowPartial: options.allowPartial === true,
    },
    opset,
    name: options.name ?? basename(out),
    licence: options.licence ?? '',
    source: options.source ?? '',
    trainedOn: options.trainedOn ?? '',
    out,
    force: options.force === true,
    add: options.add,
  };
}

function describe(
  { name, sources }: ModelBuild,
  { folder, files, model, parameters, weights, drawn }: BuiltModel,
): string {
  const anew = `${count(drawn.length)} tensors from the seed ${sources.seed}: ${partsOf(drawn)}`;
  const facts = pairs([
    ['model', `${name}${model === null ? ', not added to the library' : ', added to the library'}`],
    ['folder', folder],
    ['files', files.join(', ')],
    ['parameters', count(parameters)],
    ...weights.map(({ file, matched }) => ['weights', `${count(matched)} tensors of ${file}`] as const),
    ...(drawn.length === 0 ? [] : [['started anew', anew] as const]),
  ]);
  return [facts, ...weights.flatMap(leftOver)].join('\n\n');
}

const MOST_ROWS = 30;
const leftOver = ({ table }: WeightsReport): readonly string[] =>
  table.length > 1 ? [rowsAsText(table, MOST_ROWS)] : [];

/** The parts of the network that tensors belong to, each with how many. */
function partsOf(keys: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const key of keys) {
    const part = key.split('.')[0]!;
    counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  return [...counts].map(([part, tensors]) => `${part} (${count(tensors)})`).join(', ');
}
