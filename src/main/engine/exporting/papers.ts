import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExportCheck, ExportedFile, ExportFigures, ExportFormat } from '../../../shared/contract/exports.ts';
import type { ModelSpec } from '../../../shared/model-spec.ts';
import { type CardSection, modelCard } from '../models/card.ts';
import { hashFile } from '../models/register.ts';
import { fenced, markdownTable } from '../models/training-card.ts';
import type { ExportNames, ExportPlace } from './place.ts';
import { type Usage, usageOf } from './usage.ts';

export interface PapersOrder {
  /** Where the files are, and where they will be. */
  readonly unfinished: string;
  readonly place: Pick<ExportPlace, 'folder'>;
  readonly names: ExportNames;
  readonly format: ExportFormat;
  readonly spec: ModelSpec;
  readonly summary: string;
  readonly sections: readonly CardSection[];
  readonly check: ExportCheck;
  readonly measured: readonly ExportFigures[];
  readonly stages: readonly { readonly name: string }[];
  readonly opset: number;
  readonly half: boolean;
  readonly fixedBatch: number | null;
  readonly version: string;
  /** The files that are there already, the one that the card is about first. */
  readonly written: readonly Pick<ExportedFile, 'name' | 'role'>[];
}

export interface Papers {
  readonly files: readonly ExportedFile[];
  readonly card: string;
  readonly usage: Usage;
}

/** Writes manifest and card beside an export's other files: figures, origin, the check, and how to run it. */
export async function writeExportPapers(order: PapersOrder): Promise<Papers> {
  const { unfinished, place, names, format, spec, check, measured, opset, version } = order;
  const describe = async ({ name, role }: Pick<ExportedFile, 'name' | 'role'>): Promise<ExportedFile> => {
    const file = join(unfinished, name);
    return { name, path: join(place.folder, name), role, bytes: statSync(file).size, sha256: await hashFile(file) };
  };
  const written: ExportedFile[] = [];
  for (const file of order.written) written.push(await describe(file));
  const [main] = written as [ExportedFile];
  const usage = usageOf(format === 'onnx' ? names.model : `${spec.name}.onnx`, spec);
  const { name, ...rest } = spec;
  const listed = written.map(({ path: _, ...file }) => file);
  const about = { opset, half: order.half, check, measured, files: listed, version, usage };
  const manifest = { name, file: main.name, ...rest, export: about };
  writeFileSync(join(unfinished, names.manifest), `${JSON.stringify(manifest, null, 2)}\n`);
  const figures = measured.length === 0 ? [] : [figuresSection(measured)];
  const sections = [
    ...order.sections,
    ...figures,
    useSection(order, usage),
    checkSection(check),
    filesSection(order, written),
  ];
  const card = modelCard({ spec, summary: order.summary, file: main, sections });
  writeFileSync(join(unfinished, names.card), card);
  const papers = [
    await describe({ name: names.manifest, role: 'manifest' }),
    await describe({ name: names.card, role: 'card' }),
  ];
  return { files: [...written, ...papers], card, usage };
}

function useSection({ format, spec, names, fixedBatch }: PapersOrder, { python, javascript }: Usage): CardSection {
  const built = [
    `Countenance runs it from these weights: \`countenance models add ${names.weights}\`. A file for other programs:`,
    fenced('sh', `countenance export --model "${spec.name}" --out "${spec.name}.onnx"`),
  ];
  const batch =
    fixedBatch === null
      ? 'Any number of faces can be given at once.'
      : `It takes ${fixedBatch} ${fixedBatch === 1 ? 'face' : 'faces'} at once, no other number.`;
  const pixels =
    spec.input.dtype === 'uint8' ? 'Pixels are bytes as they are in the image.' : 'Pixels are scaled as below.';
  return {
    title: 'How to use it',
    paragraphs: [
      ...(format === 'folder' ? built : []),
      `${pixels} ${batch}`,
      'Python (`pip install onnxruntime pillow`):',
      fenced('python', python),
      'JavaScript (`npm install onnxruntime-node sharp`):',
      fenced('js', javascript),
    ],
  };
}

const percent = (value: number | null): string => (value === null ? '–' : `${(value * 100).toFixed(2)} %`);
const decimal = (value: number | null): string => (value === null ? '–' : value.toFixed(4));

/** Figures mean nothing without the votes, the split and the protocol beside them. */
const figuresSection = (measured: readonly ExportFigures[]): CardSection => ({
  title: 'Figures of the files as they are',
  paragraphs: [
    markdownTable(
      ['dataset', 'split', 'protocol', 'votes', 'faces', 'accuracy', 'macro-F1', 'ECE'],
      measured.map(({ dataset, split, protocol, votesFiles, faces, accuracy, macroF1, ece }) => [
        dataset,
        split,
        protocol,
        votesFiles.join(', '),
        String(faces),
        percent(accuracy),
        decimal(macroF1),
        decimal(ece),
      ]),
    ),
    'Recall by class:',
    markdownTable(
      ['split', ...measured[0]!.recall.map(({ name }) => name)],
      measured.map(({ split, recall }) => [split, ...recall.map((entry) => percent(entry.recall))]),
    ),
  ],
});

const exact = (difference: number): string => (difference === 0 ? '0' : difference.toExponential(1));

function checkSection({ faces, dataset, split, outputs, changed, stages, tolerance }: ExportCheck): CardSection {
  const shown = dataset === null ? `${faces} faces of drawn pixels` : `${faces} faces of ${dataset} (${split})`;
  const same =
    changed === 0
      ? 'The most probable class is the same for every one.'
      : `The most probable class differs for ${changed}.`;
  return {
    title: 'Checked',
    paragraphs: [
      `Read back and run by ONNX Runtime on ${shown} beside the model as it was trained; at most ${exact(tolerance)} was allowed for a probability. ${same}`,
      markdownTable(
        ['output', 'largest difference'],
        [
          ...outputs.map(({ name, maxDifference }) => [name, exact(maxDifference)]),
          ...(stages === null ? [] : [['probabilities, stage after stage', exact(stages)]]),
        ],
      ),
    ],
  };
}

function filesSection({ half, stages, version }: PapersOrder, written: readonly ExportedFile[]): CardSection {
  const stored = half ? 'Matrices and kernels are stored as float16 and widened when the model is loaded.' : null;
  const chain =
    stages.length === 0
      ? null
      : `The stages are run one after another: ${stages.map(({ name }) => name).join(', ')}; each one’s output has the name of the next one’s input.`;
  return {
    title: 'Files',
    paragraphs: [
      markdownTable(
        ['file', 'bytes', 'SHA-256'],
        written.map(({ name, bytes, sha256 }) => [`\`${name}\``, bytes.toLocaleString('en-US'), `\`${sha256}\``]),
      ),
      ...[stored, chain].filter((text) => text !== null),
      `Written by Countenance ${version}.`,
    ],
  };
}
