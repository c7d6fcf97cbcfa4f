import { resolve } from 'node:path';
import { Option } from 'commander';
import {
  type ExportFormat,
  type ExportOrderInput,
  type ExportResult,
  type ExportSource,
  exportFormatSchema,
  exportInputSchema,
  exportOrderSchema,
  exportResultSchema,
} from '../../shared/contract/exports.ts';
import { type Split, splitSchema } from '../../shared/entities.ts';
import { UsageError } from '../../shared/errors.ts';
import type { Client } from '../api/backend.ts';
import type { Command, Outcome, Session } from './terminal/command.ts';
import { followJob } from './terminal/follow-job.ts';
import { bytes, count, percent } from './terminal/format.ts';
import { collectSplits, number, whole } from './terminal/options.ts';
import { pairs, table } from './terminal/table.ts';

interface Options {
  readonly model?: string;
  readonly run?: number;
  readonly which: 'best' | 'last';
  readonly out?: string;
  readonly name?: string;
  readonly format: ExportFormat;
  readonly stages?: boolean;
  readonly weights?: boolean;
  readonly fp16?: boolean;
  readonly input?: 'uint8' | 'float32';
  readonly opset: number;
  readonly dataset?: string;
  readonly split: Split;
  readonly faces: number;
  readonly tolerance?: number;
  readonly measure?: readonly Split[];
  readonly licence?: string;
  readonly force?: boolean;
}

const MANY = Number.MAX_SAFE_INTEGER;

/** Writes a model as files that other programs run, checked against the model as it was trained. */
export const exportCommand = {
  name: 'export',
  define: (program, run) =>
    void program
      .command('export')
      .description('write a model, or what a training run made, as one .onnx file that anyone can run, with its card')
      .option('--model <name>', 'the model of the library')
      .option('--run <number>', 'or the training run', whole(1, MANY))
      .addOption(
        new Option('--which <weights>', 'of a run: the best epoch’s weights or the last')
          .choices(['best', 'last'])
          .default('best'),
      )
      .option('--out <place>', 'an .onnx file, or a folder (default: exports/NAME beside the library)')
      .option('--name <name>', 'the model’s name (default: its own, the file’s or the run’s)')
      .addOption(
        new Option(
          '--format <format>',
          'onnx: a file with its card; folder: manifest, weights and card, as models are shipped',
        )
          .choices(exportFormatSchema.options)
          .default('onnx'),
      )
      .option('--stages', 'also a file for each part: super-resolution, transformer, resizer, backbone, head')
      .option('--weights', 'also the weights as safetensors')
      .option('--fp16', 'store matrices and kernels in half the bytes; inputs and outputs stay float32')
      .addOption(
        new Option('--input <type>', 'pixels as bytes, or as numbers from 0 to 1 (default: uint8)').choices(
          exportInputSchema.options,
        ),
      )
      .option('--opset <number>', 'the ONNX operator set, 17 to 20', whole(17, 20), 17)
      .option('--dataset <name>', 'compare on faces of this dataset (default: what it was validated on)')
      .addOption(new Option('--split <split>', 'and of this split').choices(splitSchema.options).default('valid'))
      .option('--faces <number>', 'how many are compared', whole(1, 1024), 64)
      .option('--tolerance <share>', 'by how much a probability may differ (default: 0.0001, with --fp16 0.02)', number)
      .option('--measure <splits>', 'put the files’ figures on these splits of --dataset on the card', collectSplits)
      .option('--licence <text>', 'the model’s licence, where it is not the one it has')
      .option('--force', 'replace files of the same names')
      .action((options: Options) => run((session) => exportModel(session, options))),
} as const satisfies Command;

async function exportModel(session: Session, options: Options): Promise<Outcome> {
  const { client } = session;
  const { split, faces, measure = [] } = options;
  const source = await sourceOf(client, options);
  const named = options.dataset === undefined ? null : (await client.datasets.find({ name: options.dataset })).id;
  const datasetId = named ?? (measure.length > 0 ? await usualDataset(client, source) : null);
  const order: ExportOrderInput = {
    source,
    out: options.out === undefined ? undefined : resolve(options.out),
    name: options.name,
    format: options.format,
    stages: options.stages,
    weights: options.weights,
    half: options.fp16,
    input: options.input,
    opset: options.opset,
    check: named === null ? null : { datasetId: named, split, faces },
    measure: datasetId === null ? [] : measure.map((wanted) => ({ datasetId, split: wanted })),
    tolerance: options.tolerance,
    licence: options.licence,
    force: options.force,
  };
  const job = await followJob(session, () => client.exports.start(exportOrderSchema.parse(order)));
  const result = exportResultSchema.parse(job.result);
  return { document: { jobId: job.id, ...result }, text: describe(result) };
}

async function sourceOf(client: Client, { model, run, which }: Options): Promise<ExportSource> {
  if ((model === undefined) === (run === undefined)) {
    throw new UsageError('Say either which model or which training run to export.', {
      field: 'model',
      remedy: 'Add --model NAME or --run NUMBER.',
    });
  }
  if (run !== undefined) return { kind: 'training', trainingId: run, weights: which };
  return { kind: 'model', modelId: (await client.models.find({ name: model! })).id };
}

/** The dataset that the source was validated on. Throws UsageError where none is known. */
async function usualDataset(client: Client, source: ExportSource): Promise<number> {
  const { check } = await client.exports.plan(source);
  if (check !== null) return check.datasetId;
  throw new UsageError('It is not known which dataset to measure on.', {
    field: 'dataset',
    remedy: 'Add --dataset NAME.',
  });
}

const exact = (difference: number): string => (difference === 0 ? '0' : difference.toExponential(1));

const figuresRow = ({ dataset, split, faces, accuracy, macroF1, ece }: ExportResult['measured'][number]) =>
  [
    `${dataset}, ${split}`,
    `accuracy ${percent(accuracy)}, macro-F1 ${macroF1?.toFixed(4) ?? '–'}, ECE ${ece?.toFixed(4) ?? '–'} on ${count(faces)} faces`,
  ] as const;

function describe({ name, folder, files, check, measured, opset, parameters }: ExportResult): string {
  const shown = check.dataset === null ? 'drawn pixels' : `${check.dataset} (${check.split})`;
  const facts = pairs([
    ['model', `${name}, opset ${opset}, ${count(parameters)} parameters`],
    ['folder', folder],
    ['compared', `${count(check.faces)} faces of ${shown} with the model as it was trained`],
    ['difference', `${exact(check.maxDifference)} at most in a probability; ${exact(check.tolerance)} is allowed`],
    ['other class', `${count(check.changed)} of ${count(check.faces)} faces`],
    ...(check.stages === null ? [] : [['stages', `${exact(check.stages)} at most, one after another`] as const]),
    ...measured.map(figuresRow),
  ]);
  const written = table(
    [
      { title: 'FILE', cell: (file) => file.name },
      { title: 'WHAT', cell: (file) => file.role },
      { title: 'SIZE', align: 'right', cell: (file) => bytes(file.bytes) },
    ],
    files,
    '',
  );
  return `${facts}\n\n${written}`;
}
