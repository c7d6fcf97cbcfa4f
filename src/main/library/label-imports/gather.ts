import { basename } from 'node:path';
import type { LabelImportRequest } from '../../../shared/contract/label-files.ts';
import type { Dataset } from '../../../shared/entities.ts';
import { listAnnotators } from '../annotators.ts';
import { withAddedVotes } from '../current-labels.ts';
import type { Library } from '../db.ts';
import { type PendingLog, pendingLog } from '../label-log.ts';
import { standingOf } from '../said.ts';
import { decodeVotes, leadingClass } from '../votes.ts';
import { type KnownFace, type LabelImportPlan, planLabels } from './plan.ts';
import type { LabelFile } from './read-label-file.ts';
import { type HistoryOutcome, restoreHistory } from './restore-history.ts';

/** Gives others their turn; throws CancelledError once the import is to end. */
export type Turn = (phase: string, done: number, total: number | null) => Promise<void>;

/** What a file comes to on a dataset as it stands: the history is in `log`, the rows are only compared. */
export interface GatheredImport {
  readonly log: PendingLog;
  readonly history: HistoryOutcome | null;
  readonly plan: LabelImportPlan;
}

/** Restores a file's history in memory and holds its rows against what the dataset is then. Writes nothing. */
export async function gatherImport(
  library: Library,
  dataset: Dataset,
  request: LabelImportRequest,
  file: LabelFile,
  turn: Turn,
): Promise<GatheredImport> {
  const { conflicts, classMap } = request;
  await turn('comparing with the library', 0, null);
  const faces = library
    .prepare('SELECT id, key, votes FROM samples WHERE dataset_id = ? ORDER BY id')
    .all(dataset.id) as FaceRow[];
  const log = pendingLog(
    library,
    faces.map(({ id }) => id),
  );
  const steps = file.history?.actions.length ?? 0;
  const options = { conflicts, classMap, turn: (done: number) => turn('restoring the history', done, steps) };
  const history = file.history === null ? null : await restoreHistory(library, dataset.id, log, file.history, options);
  await turn('comparing with the library', 0, null);
  const names = annotatorNames(library, file);
  const plan = planLabels(
    file.rows,
    { classes: dataset.classes.map(({ name }) => name), faces: knownFaces(faces, log, names) },
    { annotator: request.annotator ?? basename(file.files[0]!), classMap, keepsOurs: conflicts === 'ours' },
  );
  return { log, history, plan };
}

interface FaceRow {
  readonly id: number;
  readonly key: string;
  readonly votes: Buffer;
}

function knownFaces(rows: readonly FaceRow[], log: PendingLog, names: readonly string[]): KnownFace[] {
  const nameOf = new Map(names.map((name) => [log.annotatorNamed(name), name]));
  return rows.map(({ id, key, votes }) => {
    const words = log.words(id);
    const { label, annotatorId, votes: added } = standingOf(words);
    return {
      id,
      key,
      label: label ?? leadingClass(withAddedVotes(decodeVotes(votes), added)),
      relabelledBy: annotatorId === null ? null : nameOf.get(annotatorId)!,
      byAnnotator: new Map(
        [...words].flatMap(([speaker, said]) => (said.label === null ? [] : [[nameOf.get(speaker)!, said.label]])),
      ),
    };
  });
}

/** Everyone who may have spoken: those here, and those of the history. */
const annotatorNames = (library: Library, { history }: LabelFile): string[] => [
  ...new Set([
    ...listAnnotators(library).map(({ name }) => name),
    ...(history?.actions ?? []).map(({ action }) => action.annotator),
  ]),
];
