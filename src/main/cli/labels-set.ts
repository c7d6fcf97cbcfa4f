import { InvalidArgumentError, type Command as Parser } from 'commander';
import { mapClasses } from '../../shared/class-sets.ts';
import type { Annotation, Annotator, FaceLabel, LabelChange, LabelValue } from '../../shared/contract/labels.ts';
import type { Dataset } from '../../shared/entities.ts';
import { UsageError } from '../../shared/errors.ts';
import type { Outcome, Run, Session } from './terminal/command.ts';
import { describeFace, faceInNames, type NamedFace } from './terminal/label-words.ts';
import { collect } from './terminal/options.ts';

interface SetOptions {
  readonly dataset: string;
  readonly face: readonly string[];
  readonly label?: string;
  readonly add?: readonly Vote[];
  readonly take?: readonly Vote[];
  readonly note?: string;
  readonly annotator?: string;
}

interface Vote {
  readonly name: string;
  readonly count: number;
}

/** The word for “no label of one’s own”: the crowd’s stands again. */
const CROWD = 'crowd';
const SHOWN = 20;

/** `labels set`: what the review does, for scripts. */
export function defineSet(group: Parser, run: Run): void {
  group
    .command('set')
    .description('say what a face is, add votes to it or take some, or note why; one event each, which can be undone')
    .requiredOption('--dataset <name>', 'the dataset')
    .requiredOption('--face <key>', 'the face, by its key or the end of it (may be repeated)', collect)
    .option('--label <class>', `a class of the dataset, unknown or not-a-face, or ${CROWD} to take one’s label back`)
    .option('--add <class[=n]>', 'add a vote, or n, for a class (may be repeated)', collectVotes)
    .option('--take <class[=n]>', 'take a vote, or n, from a class (may be repeated)', collectVotes)
    .option('--note <text>', 'why; an empty text takes one’s note away')
    .option('--annotator <name>', 'who says so (default: who is chosen in the settings)')
    .action((options: SetOptions) => run((session) => setLabels(session, options)));
}

function collectVotes(value: string, before: readonly Vote[] | undefined): readonly Vote[] {
  const [, name, number = '1'] = /^([^=]+?)(?:=(\d{1,3}))?$/.exec(value.trim()) ?? [];
  if (name === undefined) throw new InvalidArgumentError('It should read CLASS or CLASS=3.');
  return [...(before ?? []), { name, count: Number(number) }];
}

async function setLabels(session: Session, options: SetOptions): Promise<Outcome> {
  const { client } = session;
  const dataset = await client.datasets.find({ name: options.dataset });
  const { label, add = [], take = [], note } = options;
  if (label === undefined && add.length + take.length === 0 && note === undefined) {
    throw new UsageError('There is nothing to set.', { remedy: 'Give --label, --add, --take or --note.' });
  }
  const wanted = wantedOf(dataset, options);
  const faces = await Promise.all(options.face.map((key) => client.samples.find({ datasetId: dataset.id, key })));
  const ids = [...new Set(faces.map(({ id }) => id))];
  const keys = new Map(faces.map(({ id, key }) => [id, key]));
  const inNames = (states: readonly FaceLabel[]): NamedFace[] =>
    states.map((state) => faceInNames(dataset, keys.get(state.sampleId)!, state));
  const annotator = await speaker(session, options.annotator);
  const changes: LabelChange[] = [];
  for (const sampleId of ids) {
    const { state, annotations } = await client.labels.face({ sampleId });
    const own = annotations.find(({ annotator: name }) => name === annotator.name);
    const values = wanted(own).filter(({ field, value }) => !isSame(own?.[field] ?? null, value));
    changes.push(...values.map((value) => ({ sampleId, revision: state.revision, ...value })));
  }
  if (changes.length === 0) {
    const told = await client.labels.faces({ sampleIds: ids });
    const document = { annotator: annotator.name, actionId: null, changes: 0, faces: inNames(told) };
    return { document, text: `${annotator.name} says so already; nothing was changed.` };
  }
  const outcome = await client.labels.apply({ annotatorId: annotator.id, changes });
  const told = inNames(outcome.faces);
  return {
    document: { annotator: annotator.name, actionId: outcome.actionId, changes: changes.length, faces: told },
    text: told.slice(0, SHOWN).map(describeFace).join('\n'),
  };
}

/** Whoever is named, entered if new; else who is chosen. */
const speaker = ({ client }: Session, name: string | undefined): Promise<Annotator> =>
  name === undefined ? client.labels.annotator() : client.labels.enterAnnotator({ name });

/** What the options make of what an annotator says of a face already. */
function wantedOf(dataset: Dataset, options: SetOptions): (own: Annotation | undefined) => LabelValue[] {
  const { label, add = [], take = [], note } = options;
  const index = label === undefined || label === CROWD ? null : classIndex(dataset, label, '--label');
  const moved = [
    ...add.map(({ name, count }) => [classIndex(dataset, name, '--add'), count] as const),
    ...take.map(({ name, count }) => [classIndex(dataset, name, '--take'), -count] as const),
  ];
  return (own) => {
    const votes = dataset.classes.map((_, at) => own?.votes?.[at] ?? 0);
    for (const [at, count] of moved) votes[at]! += count;
    return [
      ...(label === undefined ? [] : [{ field: 'label', value: index } as const]),
      ...(moved.length === 0
        ? []
        : [{ field: 'votes', value: votes.some((count) => count !== 0) ? votes : null } as const]),
      ...(note === undefined ? [] : [{ field: 'note', value: note === '' ? null : note } as const]),
    ];
  };
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function classIndex(dataset: Dataset, name: string, option: string): number {
  const names = dataset.classes.map((each) => each.name);
  const [index = -1] = mapClasses([name], names).indices;
  if (index !== -1) return index;
  throw new UsageError(`“${dataset.name}” has no class ${name}.`, {
    field: option,
    names,
    remedy: option === '--label' ? `Take one of these, or ${CROWD} to take a label back.` : 'Take one of these.',
  });
}
