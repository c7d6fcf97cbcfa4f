import type { FaceLabel, LabelEvent } from '../../../shared/contract/labels.ts';
import type { Dataset } from '../../../shared/entities.ts';

/** How a face stands, by names. */
export interface NamedFace {
  readonly sampleId: number;
  readonly key: string;
  /** Null where the crowd’s word stands alone. */
  readonly label: string | null;
  readonly annotator: string | null;
  /** Votes that annotators added and took, by class; null for none. */
  readonly votes: Readonly<Record<string, number>> | null;
  readonly revision: number;
}

/** A face’s state by names. */
export const faceInNames = (dataset: Dataset, key: string, face: FaceLabel): NamedFace => ({
  sampleId: face.sampleId,
  key,
  label: face.label === null ? null : dataset.classes[face.label]!.name,
  annotator: face.annotator,
  votes: face.votes === null ? null : votesByName(dataset, face.votes),
  revision: face.revision,
});

/** Votes added and taken, by class; a class that nothing was moved for is left out. */
const votesByName = ({ classes }: Dataset, votes: readonly number[]): Record<string, number> =>
  Object.fromEntries(votes.flatMap((count, index) => (count === 0 ? [] : [[classes[index]!.name, count]])));

/** A face’s state in one line. */
export const describeFace = (face: NamedFace): string => `${face.key}: ${describeStanding(face)}`;

/** The same without the face’s name. */
export function describeStanding({ label, annotator, votes }: NamedFace): string {
  const word = label === null ? 'as the crowd has it' : `${label}, by ${annotator}`;
  return `${word}${votes === null ? '' : `; votes ${describeVotes(votes)}`}`;
}

/** Votes as `fear +2, anger −1`. */
const describeVotes = (votes: Readonly<Record<string, number>>): string =>
  Object.entries(votes)
    .map(([name, count]) => `${name} ${count > 0 ? `+${count}` : `−${-count}`}`)
    .join(', ');

/** What a field of an event held, by names: a class, votes by class, a note; null for nothing. */
export function valueInNames(
  dataset: Dataset,
  field: LabelEvent['field'],
  value: LabelEvent['before'],
): string | Record<string, number> | null {
  if (typeof value === 'number') return dataset.classes[value]!.name;
  return Array.isArray(value) && field === 'votes' ? votesByName(dataset, value) : (value as string | null);
}

/** The same in words. */
export function describeValue(value: ReturnType<typeof valueInNames>): string {
  if (value === null) return '–';
  return typeof value === 'string' ? value : describeVotes(value);
}
