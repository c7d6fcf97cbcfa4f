import { CURRENT_LABELS } from '../../shared/contract/label-versions.ts';
import type { Split } from '../../shared/entities.ts';
import { protocolNamed } from '../analysis/evaluate.ts';
import type { FaceTargets } from '../engine/training/targets.ts';
import { withAddedVotes } from '../library/current-labels.ts';
import { datasetClasses } from '../library/datasets.ts';
import type { Library } from '../library/db.ts';
import { labelOverlay } from '../library/label-overlay.ts';
import { argmax } from '../library/predictions.ts';
import { votesIn } from '../library/vote-rows.ts';

export interface TargetRequest {
  readonly datasetId: number;
  readonly splits: readonly Split[];
  /** `majority` is the usual one, and the only one for validation and test. */
  readonly protocol: string;
  /** The label version to teach; left out, the labels as they are now. */
  readonly labels?: string;
}

/**
 * What faces are taught: a relabel where an annotator set one, else what a protocol makes of the votes, those that
 * annotators added among them. The table that the engine trains by; non-emotions are no classes of it. Throws
 * UsageError for an unknown protocol, NotFoundError for an unknown dataset or label version.
 */
export function trainingTargets(library: Library, request: TargetRequest): FaceTargets {
  const { datasetId, splits, protocol, labels = CURRENT_LABELS } = request;
  const { target: targetOf } = protocolNamed(protocol);
  const classes = datasetClasses(library, datasetId);
  const emotion = classes.map((entry) => entry.emotion);
  const emotionsOf = (values: readonly number[]): number[] => values.filter((_, index) => emotion[index]);
  const rows = votesIn(library, datasetId, splits);
  const relabels = labelOverlay(library, datasetId, labels);
  const kept = rows.flatMap(({ id, votes: crowd, entropy }) => {
    const relabel = relabels.get(id);
    const votes = withAddedVotes(crowd, relabel?.votes ?? null);
    const taught = relabel?.label ?? null;
    if (taught !== null) {
      const target = oneHot(taught, classes.length);
      return emotion[taught] ? [{ id, votes: target, entropy, target }] : [];
    }
    const target = targetOf(votes, emotion);
    return target === null ? [] : [{ id, votes, entropy, target }];
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

const oneHot = (index: number, length: number): number[] => Array.from({ length }, (_, at) => (at === index ? 1 : 0));

function shares(votes: readonly number[]): number[] {
  const total = votes.reduce((sum, count) => sum + count, 0);
  return votes.map((count) => count / total);
}
