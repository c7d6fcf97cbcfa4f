import type { LabelledFaces, LabelNoise } from './confident-learning.ts';

/** Decides which faces are label issues; `find` returns the places of those among the faces. */
export interface IssueFilter<Name extends string = string> {
  readonly name: Name;
  readonly label: string;
  readonly explanation: string;
  find(faces: LabelledFaces, noise: LabelNoise): ReadonlySet<number>;
}

/** The `count` places with the greatest score, a lower place before a higher one where they are equal. */
export function greatest(places: readonly number[], scoreOf: (place: number) => number, count: number): number[] {
  return places.toSorted((a, b) => scoreOf(b) - scoreOf(a) || a - b).slice(0, Math.max(0, count));
}

/** A count of faces from the estimated joint; halves round up, also where the sum of fractions fell short of one. */
export const wholeFaces = (count: number): number => Math.round(count + 1e-9);

/** The places of the faces of each label. */
export function placesByLabel({ classCount, labels }: LabelledFaces): readonly (readonly number[])[] {
  const places: number[][] = Array.from({ length: classCount }, () => []);
  labels.forEach((label, place) => {
    places[label]!.push(place);
  });
  return places;
}

/** Whether the model's first choice is the label: such a face is never held against its label. */
export const isConfirmed = ({ labels, probabilities }: LabelledFaces, place: number): boolean => {
  const row = probabilities[place]!;
  return row.indexOf(Math.max(...row)) === labels[place];
};
