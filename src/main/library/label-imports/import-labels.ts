import { basename } from 'node:path';
import type { LabelImportReport, LabelImportRequest } from '../../../shared/contract/label-files.ts';
import type { JobProgress } from '../../../shared/entities.ts';
import { CancelledError } from '../../../shared/errors.ts';
import { ensureAnnotator, listAnnotators } from '../annotators.ts';
import { getDataset } from '../datasets.ts';
import type { Library } from '../db.ts';
import { durably } from '../durably.ts';
import { appendAction, type NewEntry } from '../label-log.ts';
import { labelledFaces } from '../label-state.ts';
import { currentValue } from '../label-states.ts';
import { type LabelImportPlan, type PlannedLabel, planLabels } from './plan.ts';
import { type LabelFile, readLabelFile } from './read-label-file.ts';
import { refuseImport } from './refuse-import.ts';
import { reportImport } from './report-import.ts';
import { type HistoryOutcome, restoreHistory } from './restore-history.ts';

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
 * for labels that another annotator here contradicts, ClassMappingError, unless the request says what to do with them.
 */
export async function importLabels(
  library: Library,
  request: LabelImportRequest,
  { signal, onProgress }: ImportLabelsOptions = {},
): Promise<LabelImportReport> {
  const begun = performance.now();
  const dataset = getDataset(library, request.datasetId);
  const progress = (phase: string, done: number, total: number | null): void =>
    onProgress?.({ phase, done, total, rate: null, secondsLeft: null });
  progress('reading the file', 0, null);
  const file = await readLabelFile(request.file, request.format, request.history);
  if (signal?.aborted) throw new CancelledError('The import was cancelled.', { kept: 'Nothing was imported.' });
  const total = file.rows.length + (file.history?.actions.length ?? 0);
  progress('entering labels', 0, total);
  const annotators = listAnnotators(library).map(({ name }) => name);
  const outcome = durably(library, () => {
    const done = enterAll(library, request, file);
    refuseImport(done, request, dataset.classes);
    return done;
  });
  progress('entering labels', total, total);
  return reportImport(dataset, file, outcome, annotators, (performance.now() - begun) / 1000);
}

/** What an import would do: all of it is done and taken back. */
export async function previewLabels(library: Library, request: LabelImportRequest): Promise<LabelImportReport> {
  const begun = performance.now();
  const dataset = getDataset(library, request.datasetId);
  const file = await readLabelFile(request.file, request.format, request.history);
  const annotators = listAnnotators(library).map(({ name }) => name);
  let outcome: LabelImportOutcome | null = null;
  const takenBack = new Error();
  try {
    library.transaction(() => {
      outcome = enterAll(library, request, file);
      throw takenBack;
    });
  } catch (error) {
    if (error !== takenBack) throw error;
  }
  const seconds = (performance.now() - begun) / 1000;
  return { ...reportImport(dataset, file, outcome!, annotators, seconds), events: 0 };
}

function enterAll(library: Library, request: LabelImportRequest, file: LabelFile): LabelImportOutcome {
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
    {
      annotator: request.annotator ?? basename(file.files[0]!),
      classMap,
      keepsOurs: conflicts === 'ours',
    },
  );
  const wanted = plan.labels.filter(({ effect }) => effect !== 'conflict' || conflicts !== 'ours');
  return { history, plan, events: enterRows(library, wanted) };
}

/** Enters the rows in their order; those that follow each other and share annotator and time are one action. */
function enterRows(library: Library, rows: readonly PlannedLabel[]): number {
  const now = Date.now();
  let [events, from] = [0, 0];
  for (let to = 1; to <= rows.length; to += 1) {
    const { annotator, at } = rows[from]!;
    if (to < rows.length && rows[to]!.annotator === annotator && rows[to]!.at === at) continue;
    events += enterAction(library, annotator, at ?? now, rows.slice(from, to));
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
