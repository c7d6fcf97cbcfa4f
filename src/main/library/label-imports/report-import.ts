import type { LabelImportReport, LabelImportRow } from '../../../shared/contract/label-files.ts';
import type { Dataset } from '../../../shared/entities.ts';
import type { LabelImportOutcome } from './import-labels.ts';
import type { PlannedLabel } from './plan.ts';
import type { LabelFile } from './read-label-file.ts';
import type { HistoryConflict } from './restore-history.ts';

/** How many entries of each list a report holds; all are counted. */
const MOST = 200;

/** Tells an import's outcome by names. `annotators` are those who were there before. */
export function reportImport(
  dataset: Dataset,
  file: LabelFile,
  { history, plan, events, actions }: LabelImportOutcome,
  annotators: readonly string[],
  seconds: number,
): LabelImportReport {
  const nameOf = (label: number | null): string | null => (label === null ? null : dataset.classes[label]!.name);
  const row = (label: PlannedLabel): LabelImportRow => ({
    place: label.place,
    sampleId: label.faceId,
    face: label.key,
    before: nameOf(label.before),
    by: label.relabelledBy,
    after: nameOf(label.label),
    annotator: label.annotator,
  });
  const conflict = ({ place, sampleId, face, annotator, field, here, after }: HistoryConflict): LabelImportRow => {
    const told = (json: string): string | null =>
      field === 'label' ? nameOf(JSON.parse(json) as number | null) : json === 'null' ? null : json;
    return { place, sampleId, face, before: told(here), by: annotator, after: told(after), annotator };
  };
  const having = (effect: PlannedLabel['effect']): PlannedLabel[] =>
    plan.labels.filter((label) => label.effect === effect);
  const conflicts = [...(history?.conflicts ?? []).map(conflict), ...having('conflict').map(row)];
  const unknownFaces = [
    ...(history?.unknownFaces ?? []),
    ...plan.unknownFaces.map(({ place, face }) => ({ place, face })),
  ];
  const changes = having('change');
  return {
    dataset: dataset.name,
    format: file.format,
    files: [...file.files],
    annotators: annotatorsOf(file, plan.labels, annotators, actions),
    history: history === null ? null : { known: history.known, restored: history.restored },
    changes: { count: changes.length, first: changes.slice(0, MOST).map(row) },
    conflicts: { count: conflicts.length, first: conflicts.slice(0, MOST) },
    agreeing: having('agree').length,
    known: having('known').length,
    unlabelled: plan.unlabelled,
    leftOut: plan.leftOut,
    unknownFaces: { count: unknownFaces.length, first: unknownFaces.slice(0, MOST) },
    unknownClasses: [...plan.unknownClasses].map(([name, rows]) => ({
      name,
      count: rows.length,
      place: rows[0]!.place,
    })),
    bad: { count: plan.bad.length, first: plan.bad.slice(0, MOST) },
    events: events + (history?.events ?? 0),
    seconds,
  };
}

function annotatorsOf(
  { history }: LabelFile,
  labels: readonly PlannedLabel[],
  known: readonly string[],
  actions: ReadonlyMap<string, number>,
): LabelImportReport['annotators'] {
  const counts = new Map<string, number>();
  const count = (name: string, more: number): void => void counts.set(name, (counts.get(name) ?? 0) + more);
  for (const { action } of history?.actions ?? []) {
    count(action.annotator, action.changes.filter(({ field }) => field === 'label').length);
  }
  for (const { annotator, effect } of labels) count(annotator, effect === 'known' ? 0 : 1);
  return [...counts].map(([name, labels]) => ({
    name,
    isNew: !known.includes(name),
    labels,
    actions: actions.get(name) ?? 0,
  }));
}
