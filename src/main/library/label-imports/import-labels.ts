import { basename } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LabelImportReport, LabelImportRequest } from '../../../shared/contract/label-files.ts';
import type { JobProgress } from '../../../shared/entities.ts';
import { CancelledError } from '../../../shared/errors.ts';
import { ensureAnnotator, listAnnotators } from '../annotators.ts';
import { getDataset } from '../datasets.ts';
import type { Library } from '../db.ts';
import { appendAction, type NewEntry } from '../label-log.ts';
import { labelledFaces } from '../label-state.ts';
import { currentValue } from '../label-states.ts';
import { type LabelImportPlan, type PlannedLabel, planLabels } from './plan.ts';
import { type LabelFile, readLabelFile } from './read-label-file.ts';
import { refuseImport } from './refuse-import.ts';
import { reportImport } from './report-import.ts';
import { type HistoryOutcome, restoreHistory } from './restore-history.ts';

/** Faces that one action takes in, as many as a person can relabel at once. */
const LARGEST_ACTION = 10_000;
const TICK = 500;

export interface ImportLabelsOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: JobProgress) => void;
}

/** What an import came to before it is told by names. */
export interface LabelImportOutcome {
  readonly history: HistoryOutcome | null;
  readonly plan: LabelImportPlan;
  /** Events of the rows, those of the history not among them. */
  readonly events: number;
}

/**
 * Brings others' labels in as events, all of them or none, on disk when it resolves: first the history that stands
 * beside, then the rows that say anything else. Throws ImportError naming file and line of a bad row, ConflictError
 * for labels that another annotator here contradicts, ClassMappingError, unless the request says what to do with them;
 * CancelledError once `signal` has aborted. The library's connection has to be nobody else's meanwhile.
 */
export async function importLabels(
  library: Library,
  request: LabelImportRequest,
  { signal, onProgress }: ImportLabelsOptions = {},
): Promise<LabelImportReport> {
  const begun = performance.now();
  const dataset = getDataset(library, request.datasetId);
  const turn = async (phase: string, done: number, total: number | null): Promise<void> => {
    onProgress?.({ phase, done, total, rate: null, secondsLeft: null });
    await nextTurn();
    if (signal?.aborted) throw new CancelledError('The import was cancelled.', { kept: 'Nothing was imported.' });
  };
  await turn('reading the file', 0, null);
  const file = await readLabelFile(request.file, request.format, request.history);
  const annotators = listAnnotators(library).map(({ name }) => name);
  await turn('comparing with the library', 0, null);
  const outcome = await wholly(library, async () => {
    const { history, plan } = compare(library, request, file);
    refuseImport({ history, plan }, request, dataset.classes);
    const wanted = plan.labels.filter(({ effect }) => effect !== 'conflict' || request.conflicts !== 'ours');
    const events = await enterRows(library, wanted, (done) => turn('entering labels', done, wanted.length));
    return { history, plan, events };
  });
  return reportImport(dataset, file, outcome, annotators, (performance.now() - begun) / 1000);
}

/** What an import would do: the history is restored and taken back, the rows only compared. */
export async function previewLabels(library: Library, request: LabelImportRequest): Promise<LabelImportReport> {
  const begun = performance.now();
  const dataset = getDataset(library, request.datasetId);
  const file = await readLabelFile(request.file, request.format, request.history);
  const annotators = listAnnotators(library).map(({ name }) => name);
  let outcome: LabelImportOutcome | null = null;
  const takenBack = new Error();
  try {
    library.transaction(() => {
      outcome = { ...compare(library, request, file), events: 0 };
      throw takenBack;
    });
  } catch (error) {
    if (error !== takenBack) throw error;
  }
  const seconds = (performance.now() - begun) / 1000;
  return { ...reportImport(dataset, file, outcome!, annotators, seconds), events: 0 };
}

/** A transaction that lets others have their turn, on disk when it resolves; taken back where the work rejects. */
async function wholly<Result>(library: Library, work: () => Promise<Result>): Promise<Result> {
  const { sqlite } = library;
  sqlite.pragma('synchronous = FULL');
  try {
    sqlite.exec('BEGIN IMMEDIATE');
    const result = await work();
    sqlite.exec('COMMIT');
    return result;
  } finally {
    if (sqlite.inTransaction) sqlite.exec('ROLLBACK');
    sqlite.pragma('synchronous = NORMAL');
  }
}

/** Restores the history and holds the rows against what the dataset is then. */
function compare(
  library: Library,
  request: LabelImportRequest,
  file: LabelFile,
): Pick<LabelImportOutcome, 'history' | 'plan'> {
  const { datasetId, conflicts, classMap } = request;
  const history =
    file.history === null ? null : restoreHistory(library, datasetId, file.history, { conflicts, classMap });
  const plan = planLabels(
    file.rows,
    {
      classes: getDataset(library, datasetId).classes.map(({ name }) => name),
      faces: labelledFaces(library, datasetId).map(({ id, key, label, relabel, byAnnotator }) => ({
        id,
        key,
        label,
        relabelledBy: relabel?.annotator ?? null,
        byAnnotator: new Map(byAnnotator.map((given) => [given.annotator, given.label])),
      })),
    },
    { annotator: request.annotator ?? basename(file.files[0]!), classMap, keepsOurs: conflicts === 'ours' },
  );
  return { history, plan };
}

/** Enters the rows in their order; those that follow each other and share annotator and time are one action. */
async function enterRows(
  library: Library,
  rows: readonly PlannedLabel[],
  tick: (done: number) => Promise<void>,
): Promise<number> {
  const now = Date.now();
  let [events, from] = [0, 0];
  for (let to = 1; to <= rows.length; to += 1) {
    const { annotator, at } = rows[from]!;
    const isFull = to - from === LARGEST_ACTION;
    if (to < rows.length && rows[to]!.annotator === annotator && rows[to]!.at === at && !isFull) continue;
    events += enterAction(library, annotator, at ?? now, rows.slice(from, to));
    if (Math.floor(to / TICK) > Math.floor(from / TICK)) await tick(to);
    from = to;
  }
  return events;
}

function enterAction(library: Library, annotator: string, at: number, rows: readonly PlannedLabel[]): number {
  const annotatorId = ensureAnnotator(library, annotator).id;
  const entries = rows.flatMap((row): NewEntry[] => {
    const { faceId: sampleId, note, effect } = row;
    const label = { sampleId, field: 'label', after: JSON.stringify(row.label) } as const;
    const remark = { sampleId, field: 'note', after: JSON.stringify(note) } as const;
    const saysMore = note !== '' && currentValue(library, sampleId, annotatorId, 'note') !== remark.after;
    return [...(effect === 'known' ? [] : [label]), ...(saysMore ? [remark] : [])];
  });
  if (entries.length === 0) return 0;
  appendAction(library, { annotatorId, kind: 'do', target: null, queueId: null, runId: null, at, entries });
  return entries.length;
}
