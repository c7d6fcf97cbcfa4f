import type { Split } from '../../shared/entities.ts';
import { protocolNamed } from '../analysis/evaluate.ts';
import type { FaceTargets } from '../engine/training/targets.ts';
import { datasetClasses } from '../library/datasets.ts';
import type { Library } from '../library/db.ts';
import { argmax } from '../library/predictions.ts';
import { votesIn } from '../library/vote-rows.ts';

export interface TargetRequest {
  readonly datasetId: number;
  readonly splits: readonly Split[];
  /** `majority` is the usual one, and the only one for validation and test. */
  readonly protocol: string;
}

/**
 * What a protocol makes of the votes in some splits: the table that the engine trains by. Non-emotions are no classes
 * of it. Throws UsageError for an unknown protocol, NotFoundError for an unknown dataset.
 */
export function trainingTargets(library: Library, { datasetId, splits, protocol }: TargetRequest): FaceTargets {
  const { target } = protocolNamed(protocol);
  const classes = datasetClasses(library, datasetId);
  const emotion = classes.map((entry) => entry.emotion);
  const emotionsOf = (values: readonly number[]): number[] => values.filter((_, index) => emotion[index]);
  const rows = votesIn(library, datasetId, splits);
  const kept = rows.flatMap(({ id, votes, entropy }) => {
    const decided = target(votes, emotion);
    return decided === null ? [] : [{ id, votes, entropy, target: decided }];
  });
  return {
    classes: classes.filter((entry) => entry.emotion).map(({ name }) => name),
    ids: Uint32Array.from(kept, ({ id }) => id),
    labels: Uint16Array.from(kept, (face) => argmax(emotionsOf(face.target))),
    targets: Float32Array.from(kept.flatMap((face) => emotionsOf(face.target))),
    shares: Float32Array.from(kept.flatMap(({ votes }) => shares(emotionsOf(votes)))),
    ambiguity: Float32Array.from(kept, ({ entropy }) => entropy ?? 0),
    dropped: rows.length - kept.length,
  };
}

function shares(votes: readonly number[]): number[] {
  const total = votes.reduce((sum, count) => sum + count, 0);
  return votes.map((count) => count / total);
}
