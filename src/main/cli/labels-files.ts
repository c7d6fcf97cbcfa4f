import { resolve } from 'node:path';
import { Option, type Command as Parser } from 'commander';
import {
  type LabelExportReport,
  type LabelImportReport,
  labelExportReportSchema,
  labelImportReportSchema,
} from '../../shared/contract/label-files.ts';
import type { Outcome, Run, Session } from './terminal/command.ts';
import { followJob } from './terminal/follow-job.ts';
import { count } from './terminal/format.ts';
import { collectPairs } from './terminal/options.ts';
import { pairs, table } from './terminal/table.ts';

const SHOWN = 20;

interface ExportOptions {
  readonly dataset: string;
  readonly format: string;
  readonly out: string;
  readonly votes: 'original' | 'relabelled';
  readonly imagePrefix: string;
  readonly force?: boolean;
}

interface ImportOptions {
  readonly dataset: string;
  readonly format?: string;
  readonly annotator?: string;
  readonly map?: Record<string, string>;
  readonly conflicts: 'refuse' | 'ours' | 'theirs';
  readonly skipBad?: boolean;
  readonly history: boolean;
  readonly preview?: boolean;
}

/** `labels export` and `labels import`. */
export function defineLabelFiles(group: Parser, run: Run): void {
  group
    .command('export')
    .description('write labels: ferplus-csv (with its history beside it), jsonl, class-folders or label-studio')
    .requiredOption('--dataset <name>', 'the dataset')
    .requiredOption('--format <name>', 'ferplus-csv, jsonl, class-folders or label-studio')
    .requiredOption('--out <path>', 'the file to write, for class-folders the folder')
    .addOption(
      new Option('--votes <which>', 'ferplus-csv: which votes stand in the columns that FERPlus’s tools read')
        .choices(['original', 'relabelled'])
        .default('original'),
    )
    .option('--image-prefix <text>', 'label-studio: what its images’ addresses begin with', '')
    .option('--force', 'replace what is there')
    .action((options: ExportOptions) => run((session) => exportLabels(session, options)));
  group
    .command('import')
    .description('bring labels in as events: from an export of these, or others’ CSV, JSONL or Label Studio JSON')
    .argument('<file>', 'the file; a history beside a CSV is restored with it')
    .requiredOption('--dataset <name>', 'the dataset')
    .option('--format <name>', 'csv, jsonl or label-studio (default: guessed)')
    .option('--annotator <name>', 'whose labels they are where the file does not say (default: the file’s name)')
    .option('--map <name=class>', 'read a class of the file as this one, or as “skip” (may be repeated)', collectPairs)
    .addOption(
      new Option('--conflicts <what>', 'where an annotator here said something else')
        .choices(['refuse', 'ours', 'theirs'])
        .default('refuse'),
    )
    .option('--skip-bad', 'leave out rows that cannot be read, rather than importing nothing')
    .option('--no-history', 'take only what each annotator said last')
    .option('--preview', 'only show what would come, and what contradicts it')
    .action((file: string, options: ImportOptions) => run((session) => importLabels(session, file, options)));
}

async function exportLabels(session: Session, options: ExportOptions): Promise<Outcome> {
  const { client } = session;
  const { id: datasetId } = await client.datasets.find({ name: options.dataset });
  const { format, votes, imagePrefix, force = false } = options;
  const request = { datasetId, format, out: resolve(options.out), votes, imagePrefix, force };
  const job = await followJob(session, () => client.labelFiles.export(request));
  const report = labelExportReportSchema.parse(job.result);
  return { document: report, text: describeExport(report) };
}

function describeExport({ dataset, format, faces, files, leftOut, seconds }: LabelExportReport): string {
  return pairs([
    ['dataset', dataset],
    ['format', format],
    ['faces', count(faces)],
    ...leftOut.map(({ reason, count: faces }) => ['left out', `${count(faces)} ${reason}`] as const),
    ...files.map((file) => ['written', file] as const),
    ['seconds', seconds.toFixed(1)],
  ]);
}

async function importLabels(session: Session, file: string, options: ImportOptions): Promise<Outcome> {
  const { client } = session;
  const { id: datasetId } = await client.datasets.find({ name: options.dataset });
  const request = {
    datasetId,
    file: resolve(file),
    format: options.format ?? null,
    annotator: options.annotator ?? null,
    classMap: options.map ?? {},
    conflicts: options.conflicts,
    skipBad: options.skipBad ?? false,
    history: options.history,
  };
  const report =
    options.preview === true
      ? await client.labelFiles.preview(request)
      : labelImportReportSchema.parse((await followJob(session, () => client.labelFiles.import(request))).result);
  return { document: report, text: describeImport(report) };
}

function describeImport(report: LabelImportReport): string {
  const { history, changes, conflicts, unknownFaces, unknownClasses, bad } = report;
  const facts = pairs([
    ['dataset', report.dataset],
    ['read', `${report.files.join(', ')} (${report.format})`],
    ...(history === null
      ? []
      : [['history', `${count(history.restored)} actions restored, ${count(history.known)} here already`] as const]),
    ['changes', count(changes.count)],
    ['conflicts', count(conflicts.count)],
    ['agreeing', count(report.agreeing)],
    ['here already', count(report.known)],
    ['label nothing', count(report.unlabelled + report.leftOut)],
    ['unknown faces', count(unknownFaces.count)],
    ['unknown classes', unknownClasses.map((each) => `${each.name} (${count(each.count)})`).join(', ') || '0'],
    ['bad rows', count(bad.count)],
    ['events', count(report.events)],
    ['seconds', report.seconds.toFixed(1)],
  ]);
  const rows = table(
    [
      { title: 'CONFLICT', cell: (row) => row.face },
      { title: 'HERE', cell: (row) => `${row.before ?? '–'} (${row.by ?? 'crowd'})` },
      { title: 'THERE', cell: (row) => `${row.after ?? '–'} (${row.annotator})` },
      { title: 'WHERE', cell: (row) => `${row.place.file}, line ${row.place.line}` },
    ],
    conflicts.first.slice(0, SHOWN),
    '',
  );
  const problems = [
    ...bad.first.map(({ place, problem }) => `${place.file}, line ${place.line}: ${problem}`),
    ...unknownFaces.first.map(({ place, face }) => `${place.file}, line ${place.line}: there is no face ${face}`),
  ].slice(0, SHOWN);
  const undo = report.annotators
    .filter(({ actions }) => actions > 0)
    .slice(0, SHOWN)
    .map(({ name, actions }) => `To take them back: labels undo --times ${actions} --annotator "${name}"`);
  return [facts, rows, problems.join('\n'), undo.join('\n')].filter((part) => part !== '').join('\n\n');
}
