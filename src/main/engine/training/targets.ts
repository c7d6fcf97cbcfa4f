import { mapClasses } from '../../../shared/class-sets.ts';
import { ClassMappingError } from '../../../shared/errors.ts';

/** One face that is trained on or validated with; C classes. */
export interface TrainingFace {
  /** The sample's number in the library. */
  readonly id: number;
  /** side×side grey values, row by row from the top. */
  readonly pixels: Uint8Array;
  /** C shares that sum to one. */
  readonly target: Float32Array;
  /** The class that the protocol gives it. */
  readonly label: number;
  /** The entropy of the crowd's votes, from 0 (all agree) to 1. */
  readonly ambiguity: number;
}

export interface TrainingSet {
  readonly side: number;
  readonly classes: readonly string[];
  readonly faces: readonly TrainingFace[];
}

/**
 * What faces are to be taught, without their pixels: N kept faces by ascending number, C emotion classes. A run trains
 * by such a table from its start to its end, whatever happens to the labels meanwhile.
 */
export interface FaceTargets {
  readonly classes: readonly string[];
  /** N sample numbers. */
  readonly ids: Uint32Array;
  /** N classes: the greatest share of each face's target, in the dataset's order the first where several are. */
  readonly labels: Uint16Array;
  /** N×C: the protocol's target of each face. */
  readonly targets: Float32Array;
  /** N×C: the votes for each emotion as shares of all votes for emotions. */
  readonly shares: Float32Array;
  /** N vote entropies from 0 to 1. */
  readonly ambiguity: Float32Array;
  /** How many faces the protocol left out. */
  readonly dropped: number;
}

/** What a person is told before a run starts; `byClass` counts the kept faces by their label. */
export interface TargetCounts {
  readonly kept: number;
  readonly dropped: number;
  readonly byClass: readonly { readonly name: string; readonly count: number }[];
}

/** How many faces are kept, in all and by label, and how many are dropped. */
export function countTargets(table: FaceTargets): TargetCounts {
  const counts = table.classes.map(() => 0);
  for (const label of table.labels) counts[label]! += 1;
  const byClass = table.classes.map((name, index) => ({ name, count: counts[index]! }));
  return { kept: table.ids.length, dropped: table.dropped, byClass };
}

/**
 * The same table over a model's classes, mapped by name; `classOverrides` are the model's own, from its class names to
 * the dataset's. A class of the model that the dataset lacks gets no face. Throws ClassMappingError naming the classes
 * of the dataset that the model lacks.
 */
export function mapTargets(
  table: FaceTargets,
  modelClasses: readonly string[],
  classOverrides: Readonly<Record<string, string>> = {},
): FaceTargets {
  const inverse = Object.fromEntries(Object.entries(classOverrides).map(([ours, theirs]) => [theirs, ours]));
  const { indices, unmapped } = mapClasses(table.classes, modelClasses, inverse);
  if (unmapped.length > 0) {
    throw new ClassMappingError(
      `The model has no class for the dataset’s ${unmapped.join(', ')}; its own are ${modelClasses.join(', ')}.`,
      { names: unmapped, remedy: 'Say in the model’s class overrides which dataset class each one is.' },
    );
  }
  const moved = (rows: Float32Array): Float32Array => moveColumns(rows, indices, modelClasses.length);
  return {
    ...table,
    classes: modelClasses,
    labels: table.labels.map((label) => indices[label]!),
    targets: moved(table.targets),
    shares: moved(table.shares),
  };
}

/** Rows whose column c lands in column `indices[c]` of `width`; columns that land together are added. */
function moveColumns(rows: Float32Array, indices: readonly number[], width: number): Float32Array {
  const from = indices.length;
  const count = rows.length / from;
  const moved = new Float32Array(count * width);
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < from; column += 1) {
      moved[row * width + indices[column]!]! += rows[row * from + column]!;
    }
  }
  return moved;
}
