import { mapClasses } from '../../../shared/class-sets.ts';
import {
  type BadLabelRow,
  isBad,
  type LabelPlace,
  type LabelRow,
  type ReadLabel,
} from '../../import/label-files/label-row.ts';

/** A face of the dataset as an import meets it. */
export interface KnownFace {
  readonly id: number;
  readonly key: string;
  /** The current label. */
  readonly label: number | null;
  /** Who relabelled it last, null where the crowd's label stands. */
  readonly relabelledBy: string | null;
  /** The newest label of each annotator by name. */
  readonly byAnnotator: ReadonlyMap<string, number>;
}

/** The dataset that labels come into. */
export interface KnownFaces {
  readonly classes: readonly string[];
  readonly faces: readonly KnownFace[];
}

/**
 * What a row would do. `change`: the crowd's label gives way; `conflict`: another annotator's here does; `agree`: the
 * annotator confirms the label that stands; `known`: this annotator's newest label here is the same already.
 */
export type LabelEffect = 'change' | 'conflict' | 'agree' | 'known';

/** A label of the file that fits a face and a class of the dataset. */
export interface PlannedLabel {
  readonly place: LabelPlace;
  readonly faceId: number;
  readonly key: string;
  readonly before: number | null;
  readonly relabelledBy: string | null;
  readonly label: number;
  readonly annotator: string;
  readonly at: number | null;
  readonly note: string;
  readonly effect: LabelEffect;
}

/** All that a file would do to a dataset, and what of it cannot be done. */
export interface LabelImportPlan {
  readonly labels: readonly PlannedLabel[];
  /** Rows that are sound but label nothing. */
  readonly unlabelled: number;
  readonly unknownFaces: readonly LabelRow[];
  /** Class names that nobody could map, with the rows that have them. */
  readonly unknownClasses: ReadonlyMap<string, readonly LabelRow[]>;
  readonly leftOut: number;
  readonly bad: readonly BadLabelRow[];
}

export interface PlanOptions {
  /** Who gave the labels of rows that do not say. */
  readonly annotator: string;
  /** What the file's class names mean: a class of the dataset, or `skip`. */
  readonly classMap: Readonly<Record<string, string>>;
  /** Conflicting rows will not be taken, so that rows after them meet what was there. */
  readonly keepsOurs?: boolean;
}

const SKIP = 'skip';

/**
 * Compares a file's rows with a dataset, writing nothing. A face is found by its whole key, else by the last part of a
 * path that only one face has. Of several rows about one face each is compared with what the ones before leave behind.
 */
export function planLabels(rows: Iterable<ReadLabel>, known: KnownFaces, options: PlanOptions): LabelImportPlan {
  const find = faceFinder(known.faces);
  const classOf = classFinder(known.classes, options.classMap);
  const states = new Map<number, FaceState>();
  const labels: PlannedLabel[] = [];
  const unknownFaces: LabelRow[] = [];
  const unknownClasses = new Map<string, LabelRow[]>();
  const bad: BadLabelRow[] = [];
  let [unlabelled, leftOut] = [0, 0];
  for (const row of rows) {
    if (row === null) unlabelled += 1;
    else if (isBad(row)) bad.push(row);
    else {
      const label = classOf(row.label);
      const face = find(row.face);
      if (label === SKIP) leftOut += 1;
      else if (label === null) push(unknownClasses, row);
      else if (face === null) unknownFaces.push(row);
      else labels.push(plan(row, face, label, states, options));
    }
  }
  return { labels, unlabelled, unknownFaces, unknownClasses, leftOut, bad };
}

function push(byClass: Map<string, LabelRow[]>, row: LabelRow): void {
  const known = byClass.get(row.label);
  if (known === undefined) byClass.set(row.label, [row]);
  else known.push(row);
}

interface FaceState {
  label: number | null;
  relabelledBy: string | null;
  readonly byAnnotator: Map<string, number>;
}

function plan(
  row: LabelRow,
  face: KnownFace,
  label: number,
  states: Map<number, FaceState>,
  { annotator: unnamed, keepsOurs = false }: PlanOptions,
): PlannedLabel {
  const { place, at, note } = row;
  const state = states.get(face.id) ?? { ...face, byAnnotator: new Map(face.byAnnotator) };
  states.set(face.id, state);
  const annotator = row.annotator ?? unnamed;
  const effect = effectOf(state, annotator, label);
  const { label: before, relabelledBy } = state;
  if (effect !== 'conflict' || !keepsOurs) {
    if (effect !== 'known') Object.assign(state, { label, relabelledBy: annotator });
    state.byAnnotator.set(annotator, label);
  }
  return { place, faceId: face.id, key: face.key, before, relabelledBy, label, annotator, at, note, effect };
}

function effectOf(state: FaceState, annotator: string, label: number): LabelEffect {
  if (state.byAnnotator.get(annotator) === label) return 'known';
  if (state.label === label) return 'agree';
  return state.relabelledBy === null || state.relabelledBy === annotator ? 'change' : 'conflict';
}

function faceFinder(faces: readonly KnownFace[]): (name: string) => KnownFace | null {
  const byKey = new Map(faces.map((face) => [face.key, face]));
  const byEnd = new Map<string, KnownFace | null>();
  for (const face of faces) {
    const end = lastPart(face.key);
    byEnd.set(end, byEnd.has(end) ? null : face);
  }
  return (name) => byKey.get(name) ?? byKey.get(name.trim()) ?? byEnd.get(lastPart(name.trim())) ?? null;
}

const lastPart = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

function classFinder(
  classes: readonly string[],
  classMap: PlanOptions['classMap'],
): (name: string) => number | typeof SKIP | null {
  const found = new Map<string, number | typeof SKIP | null>();
  return (name) => {
    const before = found.get(name);
    if (before !== undefined) return before;
    const isSkipped = Object.hasOwn(classMap, name) && classMap[name] === SKIP;
    const [index = -1] = mapClasses([name.trim()], classes, ownMap(name, classMap)).indices;
    const result = isSkipped ? SKIP : index === -1 ? null : index;
    found.set(name, result);
    return result;
  };
}

const ownMap = (name: string, classMap: PlanOptions['classMap']): Record<string, string> =>
  Object.hasOwn(classMap, name) ? { [name.trim()]: classMap[name]! } : {};
