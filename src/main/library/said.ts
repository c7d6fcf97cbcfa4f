import type { LabelField } from '../../shared/contract/labels.ts';

/** What one annotator says of one face; `labelEvent` is the event whose place in time the label has, 0 for none. */
export interface Said {
  readonly label: number | null;
  readonly votes: readonly number[] | null;
  readonly note: string | null;
  readonly labelEvent: number;
}

/** What every annotator says of a face, by the annotator's number. */
export type FaceWords = ReadonlyMap<number, Said>;

export const SILENT: Said = { label: null, votes: null, note: null, labelEvent: 0 };

/** A change of what an annotator says: `after` is JSON, `standing` as in the log, `id` the event's own number. */
export interface SaidChange {
  readonly id: number;
  readonly field: LabelField;
  readonly after: string;
  readonly standing: number | null;
}

/** What an annotator says once a change is made. */
export function saidAfter(said: Said, { id, field, after, standing }: SaidChange): Said {
  const value = JSON.parse(after) as Said[LabelField];
  return { ...said, [field]: value, labelEvent: field === 'label' ? (standing ?? id) : said.labelEvent };
}

/** What a face comes to: the label that stands last in time, whose it is, and the votes that all added together. */
export interface Standing {
  readonly label: number | null;
  readonly annotatorId: number | null;
  readonly votes: readonly number[] | null;
}

/** Derives how a face stands from what its annotators say. */
export function standingOf(words: FaceWords): Standing {
  let newest: { readonly annotatorId: number; readonly said: Said } | null = null;
  let votes: readonly number[] | null = null;
  for (const [annotatorId, said] of words) {
    if (said.label !== null && (newest === null || said.labelEvent > newest.said.labelEvent)) {
      newest = { annotatorId, said };
    }
    if (said.votes !== null) votes = votes === null ? said.votes : votes.map((count, at) => count + said.votes![at]!);
  }
  return {
    label: newest?.said.label ?? null,
    annotatorId: newest?.annotatorId ?? null,
    votes: votes?.some((count) => count !== 0) ? votes : null,
  };
}
