import { Option, type Command as Parser } from 'commander';
import type { LabelEvent, LabelRebuild, RebuiltFace } from '../../shared/contract/labels.ts';
import type { Dataset } from '../../shared/entities.ts';
import { NotFoundError } from '../../shared/errors.ts';
import type { Outcome, Run, Session } from './terminal/command.ts';
import { count, when } from './terminal/format.ts';
import { describeStanding, describeValue, faceInNames, valueInNames } from './terminal/label-words.ts';
import { whole } from './terminal/options.ts';
import { pairs, table } from './terminal/table.ts';

interface HistoryOptions {
  readonly dataset: string;
  readonly face?: string;
  readonly last?: number;
  readonly annotator?: string;
}

const LAST = 20;
const PAGE = 1000;

/** `labels history` and `labels rebuild`: the log, and what is derived from it. */
export function defineHistory(group: Parser, run: Run): void {
  group
    .command('history')
    .description('what was said of a face, or the newest events of the dataset: who, when, before and after')
    .requiredOption('--dataset <name>', 'the dataset')
    .addOption(new Option('--face <key>', 'all of one face, by its key or the end of it').conflicts('last'))
    .option('--last <events>', `so many of the newest (default: ${LAST})`, whole(1, 10_000_000))
    .option('--annotator <name>', 'only this annotator’s')
    .action((options: HistoryOptions) => run((session) => tellHistory(session, options)));
  group
    .command('rebuild')
    .description('derive every current label from the events again and put right those that had come apart from them')
    .option('--check', 'only tell, put nothing right; exit code 1 where anything differs')
    .action(({ check = false }: { readonly check?: boolean }) => run((session) => rebuild(session, check)));
}

async function tellHistory({ client }: Session, options: HistoryOptions): Promise<Outcome> {
  const dataset = await client.datasets.find({ name: options.dataset });
  const annotators = await client.labels.annotators();
  const annotator = annotators.find(({ name }) => name === options.annotator);
  if (options.annotator !== undefined && annotator === undefined) {
    throw new NotFoundError(`There is no annotator named “${options.annotator}”.`, {
      field: 'annotator',
      names: annotators.map(({ name }) => name),
      remedy: 'Take one of these names.',
    });
  }
  const found =
    options.face === undefined
      ? await newest(client, dataset.id, annotator?.id ?? null, options.last ?? LAST)
      : await ofFace(client, dataset.id, options.face, options.annotator);
  const events = found.map(({ sampleId, before, after, ...event }) => ({
    ...event,
    sampleId,
    before: valueInNames(dataset, event.field, before),
    after: valueInNames(dataset, event.field, after),
    at: new Date(event.at).toISOString(),
  }));
  const text = table(
    [
      { title: 'WHEN', cell: (event) => when(Date.parse(event.at)) },
      { title: 'BY', cell: (event) => event.annotator },
      { title: 'FACE', cell: (event) => event.key },
      { title: 'WHAT', cell: (event) => (event.kind === 'do' ? event.field : `${event.kind} ${event.field}`) },
      { title: 'BEFORE', cell: (event) => describeValue(event.before) },
      { title: 'AFTER', cell: (event) => describeValue(event.after) },
    ],
    events,
    'Nobody has said anything yet.',
  );
  return { document: { dataset: dataset.name, events }, text };
}

async function newest(
  client: Session['client'],
  datasetId: number,
  annotatorId: number | null,
  wanted: number,
): Promise<LabelEvent[]> {
  const events: LabelEvent[] = [];
  while (events.length < wanted) {
    const limit = Math.min(PAGE, wanted - events.length);
    const page = await client.labels.history({ datasetId, annotatorId, before: events.at(-1)?.id ?? null, limit });
    events.push(...page);
    if (page.length < limit) break;
  }
  return events;
}

async function ofFace(
  client: Session['client'],
  datasetId: number,
  key: string,
  annotator: string | undefined,
): Promise<LabelEvent[]> {
  const { id } = await client.samples.find({ datasetId, key });
  const { events } = await client.labels.face({ sampleId: id });
  return annotator === undefined ? events : events.filter((event) => event.annotator === annotator);
}

async function rebuild({ client }: Session, check: boolean): Promise<Outcome> {
  const found = await client.labels.rebuild({ repair: !check });
  const datasets = new Map((await client.datasets.list()).map((dataset) => [dataset.id, dataset]));
  const rows = found.differences.map(({ sampleId, datasetId, key, stored, derived }) => {
    const dataset = datasets.get(datasetId)!;
    const told = (face: RebuiltFace | null) => (face === null ? null : rebuiltInNames(dataset, sampleId, key, face));
    return { sampleId, dataset: dataset.name, key, stored: told(stored), derived: told(derived) };
  });
  return {
    document: { ...found, repaired: !check, differences: rows },
    text: describeRebuild(found, check, rows),
    failed: check && found.changed > 0,
  };
}

function rebuiltInNames(dataset: Dataset, sampleId: number, key: string, face: RebuiltFace) {
  const annotations = face.annotations.map(({ annotator, label, votes, note }) => ({
    annotator,
    label: valueInNames(dataset, 'label', label),
    votes: valueInNames(dataset, 'votes', votes),
    note,
  }));
  return { ...faceInNames(dataset, key, { ...face, sampleId, changedAt: null }), annotations };
}

interface Row {
  readonly dataset: string;
  readonly key: string;
  readonly stored: ReturnType<typeof rebuiltInNames> | null;
  readonly derived: ReturnType<typeof rebuiltInNames> | null;
}

function describeRebuild({ events, faces, changed }: LabelRebuild, check: boolean, rows: readonly Row[]): string {
  const facts = pairs([
    ['events', count(events)],
    ['faces', count(faces)],
    [check ? 'differ' : 'put right', count(changed)],
  ]);
  if (changed === 0) return `${facts}\n\nEvery current label is as its events have it.`;
  const word = (face: Row['stored']): string => (face === null ? 'nothing' : describeStanding(face));
  const differences = table(
    [
      { title: 'DATASET', cell: (row) => row.dataset },
      { title: 'FACE', cell: (row) => row.key },
      { title: 'WAS STORED', cell: (row) => word(row.stored) },
      { title: 'BY ITS EVENTS', cell: (row) => word(row.derived) },
    ],
    rows,
    '',
  );
  const more = changed > rows.length ? `\n… and ${count(changed - rows.length)} more` : '';
  return `${facts}\n\n${differences}${more}`;
}
