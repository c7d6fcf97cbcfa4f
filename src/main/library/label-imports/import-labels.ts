import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LabelImportReport, LabelImportRequest } from '../../../shared/contract/label-files.ts';
import type { Dataset, JobProgress } from '../../../shared/entities.ts';
import { CancelledError } from '../../../shared/errors.ts';
import { listAnnotators } from '../annotators.ts';
import { getDataset } from '../datasets.ts';
import type { Library } from '../db.ts';
import { durably } from '../durably.ts';
import type { NewEntry, PendingLog } from '../label-log.ts';
import { gatherImport, type Turn } from './gather.ts';
import type { LabelImportPlan, PlannedLabel } from './plan.ts';
import { type LabelFile, readLabelFile } from './read-label-file.ts';
import { refuseImport } from './refuse-import.ts';
import { reportImport } from './report-import.ts';
import type { HistoryOutcome } from './restore-history.ts';

/** Faces that one action takes in, as many as a person can relabel at once. */
const LARGEST_ACTION = 10_000;
/** How often an import starts again because faces were changed beside it, before it keeps others from the log. */
const FREE_TRIES = 2;
const TICK = 2000;

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
  /** How many actions the rows came to, by annotator. */
  readonly actions: ReadonlyMap<string, number>;
}

/**
 * Brings others' labels in as events, all of them or none, on disk when it resolves: first the history that stands
 * beside, then the rows that say anything else. All is worked out in memory and written at the end in one short
 * transaction. Throws ImportError naming file and line of a bad row, ConflictError for labels that another annotator
 * here contradicts, ClassMappingError, unless the request says what to do with them; CancelledError once `signal` has
 * aborted. The library's connection has to be nobody else's meanwhile.
 */
export async function importLabels(
  library: Library,
  request: LabelImportRequest,
  { signal, onProgress }: ImportLabelsOptions = {},
): Promise<LabelImportReport> {
  const begun = performance.now();
  const dataset = getDataset(library, request.datasetId);
  const turn: Turn = async (phase, done, total) => {
    onProgress?.({ phase, done, total, rate: null, secondsLeft: null });
    await nextTurn();
    if (signal?.aborted) throw new CancelledError('The import was cancelled.', { kept: 'Nothing was imported.' });
  };
  await turn('reading the file', 0, null);
  const file = await readLabelFile(request.file, request.format, request.history);
  const annotators = listAnnotators(library).map(({ name }) => name);
  const prepare = () => prepareImport(library, dataset, request, file, turn);
  let outcome: LabelImportOutcome | null = null;
  for (let tries = 0; outcome === null && tries < FREE_TRIES; tries += 1) {
    const { log, ...prepared } = await prepare();
    outcome = durably(library, () => log.write()) === null ? null : prepared;
  }
  outcome ??= await alone(library, async () => {
    const { log, ...prepared } = await prepare();
    log.write();
    return prepared;
  });
  return reportImport(dataset, file, outcome, annotators, (performance.now() - begun) / 1000);
}

/** What an import would do; nothing is written. */
export async function previewLabels(library: Library, request: LabelImportRequest): Promise<LabelImportReport> {
  const begun = performance.now();
  const dataset = getDataset(library, request.datasetId);
  const file = await readLabelFile(request.file, request.format, request.history);
  const annotators = listAnnotators(library).map(({ name }) => name);
  const { history, plan } = await gatherImport(library, dataset, request, file, () => nextTurn());
  const seconds = (performance.now() - begun) / 1000;
  const outcome = { history, plan, events: 0, actions: new Map<string, number>() };
  return { ...reportImport(dataset, file, outcome, annotators, seconds), events: 0 };
}

/** Works out a whole import. Throws where the request does not put up with what the file has. */
async function prepareImport(
  library: Library,
  dataset: Dataset,
  request: LabelImportRequest,
  file: LabelFile,
  turn: Turn,
): Promise<LabelImportOutcome & { readonly log: PendingLog }> {
  const { log, history, plan } = await gatherImport(library, dataset, request, file, turn);
  refuseImport({ history, plan }, request, dataset.classes);
  const wanted = plan.labels.filter(({ effect }) => effect !== 'conflict' || request.conflicts !== 'ours');
  const entered = await enterRows(log, wanted, (done) => turn('entering labels', done, wanted.length));
  await turn('writing', wanted.length, wanted.length);
  return { log, history, plan, ...entered };
}

/** A transaction that keeps others from writing from its beginning on; taken back where the work rejects. */
async function alone<Result>({ sqlite }: Library, work: () => Promise<Result>): Promise<Result> {
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

/** Enters the rows in their order; those that follow each other and share annotator and time are one action. */
async function enterRows(
  log: PendingLog,
  rows: readonly PlannedLabel[],
  tick: (done: number) => Promise<void>,
): Promise<Pick<LabelImportOutcome, 'events' | 'actions'>> {
  const now = Date.now();
  const actions = new Map<string, number>();
  let [events, from] = [0, 0];
  for (let to = 1; to <= rows.length; to += 1) {
    const { annotator, at } = rows[from]!;
    const isFull = to - from === LARGEST_ACTION;
    if (to < rows.length && rows[to]!.annotator === annotator && rows[to]!.at === at && !isFull) continue;
    const entered = enterAction(log, annotator, at ?? now, rows.slice(from, to));
    events += entered;
    if (entered > 0) actions.set(annotator, (actions.get(annotator) ?? 0) + 1);
    if (Math.floor(to / TICK) > Math.floor(from / TICK)) await tick(to);
    from = to;
  }
  return { events, actions };
}

function enterAction(log: PendingLog, annotator: string, at: number, rows: readonly PlannedLabel[]): number {
  const annotatorId = log.annotatorNamed(annotator);
  const entries = rows.flatMap((row): NewEntry[] => {
    const { faceId: sampleId, note, effect } = row;
    const label = { sampleId, field: 'label', after: JSON.stringify(row.label) } as const;
    const remark = { sampleId, field: 'note', after: JSON.stringify(note) } as const;
    const saysMore = note !== '' && log.said(sampleId, annotatorId).note !== note;
    return [...(effect === 'known' ? [] : [label]), ...(saysMore ? [remark] : [])];
  });
  if (entries.length === 0) return 0;
  log.append({ annotatorId, kind: 'do', target: null, queueId: null, runId: null, at, entries });
  return entries.length;
}
