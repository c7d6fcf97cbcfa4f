import type { QueueOrder } from '../../../shared/contract/queues.ts';
import type { JudgedFace } from '../../library/judged-faces.ts';
import type { RankedFace } from '../../library/queues.ts';
import type { Leak } from '../../library/same-pixels.ts';
import type { MeasureInput } from '../measures/measure.ts';

/** A face that may enter a queue. */
export interface Candidate {
  readonly face: JudgedFace;
  /** What measures look at; null where no run has predicted the face. */
  readonly input: MeasureInput | null;
  /** The face's pixels in other splits; null where there are none, or the order does not ask for them. */
  readonly leak: Leak | null;
}

/** An order for review: `rank` leaves out the faces that it has nothing to say about. */
export interface Order<Name extends string = string> extends Readonly<QueueOrder> {
  readonly name: Name;
  readonly needsLeaks?: true;
  rank(candidates: readonly Candidate[], about: OrderContext): readonly RankedFace[];
}

export interface OrderContext {
  readonly seed: number;
  /** The dataset classes that the run's model knows; none without a run. */
  readonly classIndices: readonly number[];
  /** The faces that the query names one by one; none where it does not. */
  readonly listed: readonly number[];
}

/** Ranks by a score of each face alone, the greatest first; equal ones stay in the order of their numbers. */
export const byScore =
  (scoreOf: (candidate: Candidate, seed: number) => number | null): Order['rank'] =>
  (candidates, { seed }) =>
    candidates
      .map((candidate) => ({ sampleId: candidate.face.id, score: scoreOf(candidate, seed) }))
      .filter((entry): entry is RankedFace => entry.score !== null)
      .toSorted((a, b) => b.score - a.score || a.sampleId - b.sampleId);
