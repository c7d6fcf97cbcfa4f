import type { Command as Parser } from 'commander';
import type { Annotator, LabelOutcome } from '../../shared/contract/labels.ts';
import type { Dataset } from '../../shared/entities.ts';
import { NotFoundError } from '../../shared/errors.ts';
import type { Outcome, Run, Session } from './terminal/command.ts';
import { count } from './terminal/format.ts';
import { describeFace, faceInNames, type NamedFace } from './terminal/label-words.ts';
import { whole } from './terminal/options.ts';

interface Options {
  readonly times: number;
  readonly annotator?: string;
}

const MOST_TIMES = 10_000;
/** How many faces are told by name. */
const TOLD = 200;
const SHOWN = 20;

/** `labels undo` and `labels redo`. */
export function defineUndo(group: Parser, run: Run): void {
  const define = (kind: 'undo' | 'redo', description: string): void =>
    void group
      .command(kind)
      .description(description)
      .option('--times <number>', 'how many actions', whole(1, MOST_TIMES), 1)
      .option('--annotator <name>', 'whose (default: who is chosen in the settings)')
      .action((options: Options) => run((session) => turn(session, kind, options)));
  define('undo', 'undo an annotator’s newest action, by events that put back what was before');
  define('redo', 'do again what was undone last, as long as nothing else was done since');
}

async function turn(session: Session, kind: 'undo' | 'redo', { times, annotator }: Options): Promise<Outcome> {
  const { client } = session;
  const whose = annotator === undefined ? await client.labels.annotator() : await annotatorNamed(session, annotator);
  const outcomes: LabelOutcome[] = [];
  while (outcomes.length < times && !session.interrupted.aborted) {
    try {
      outcomes.push(await client.labels[kind]({ annotatorId: whose.id }));
    } catch (error) {
      if ((error as { readonly code?: string }).code !== 'CONFLICT' || outcomes.length === 0) throw error;
      break;
    }
  }
  const faces = await facesOf(session, outcomes);
  const done = kind === 'undo' ? 'Undone' : 'Done again';
  const short = outcomes.length < times ? `, of ${count(times)} asked for` : '';
  const actions = outcomes.map((outcome) => ({ actionId: outcome.actionId, faces: outcome.faces.length }));
  return {
    document: { annotator: whose.name, asked: times, done: outcomes.length, actions, faces },
    text: [
      `${done}: ${count(outcomes.length)} ${outcomes.length === 1 ? 'action' : 'actions'} of ${whose.name}${short}.`,
      ...faces.slice(0, SHOWN).map(describeFace),
    ].join('\n'),
  };
}

async function annotatorNamed({ client }: Session, name: string): Promise<Annotator> {
  const annotators = await client.labels.annotators();
  const found = annotators.find((each) => each.name === name.trim());
  if (found !== undefined) return found;
  throw new NotFoundError(`There is no annotator named “${name}”.`, {
    field: 'annotator',
    names: annotators.map((each) => each.name),
    remedy: annotators.length === 0 ? 'Nobody has labelled here yet.' : 'Take one of these names.',
  });
}

/** The first faces that were changed, as the last of the actions left them. */
async function facesOf({ client }: Session, outcomes: readonly LabelOutcome[]): Promise<NamedFace[]> {
  const last = new Map(outcomes.flatMap(({ faces }) => faces).map((face) => [face.sampleId, face]));
  const datasets = new Map<number, Dataset>((await client.datasets.list()).map((dataset) => [dataset.id, dataset]));
  const first = [...last.values()].slice(0, TOLD);
  return Promise.all(
    first.map(async (face) => {
      const { key, datasetId } = await client.samples.get({ id: face.sampleId, runId: null });
      return faceInNames(datasets.get(datasetId)!, key, face);
    }),
  );
}
