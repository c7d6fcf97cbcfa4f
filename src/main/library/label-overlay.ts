import { CROWD_LABELS, CURRENT_LABELS } from '../../shared/contract/label-versions.ts';
import { type Relabel, relabelsOf, withAddedVotes } from './current-labels.ts';
import type { Library } from './db.ts';
import { getLabelVersion, versionFaces } from './label-versions.ts';

/** What a label version changes of the crowd's word, by face; faces that are not in it stand as imported. */
export type LabelOverlay = ReadonlyMap<number, Relabel>;

/** The changes of a version by its name, `crowd` or `current`. Throws NotFoundError. */
export function labelOverlay(library: Library, datasetId: number, name: string): LabelOverlay {
  if (name === CROWD_LABELS) return new Map();
  if (name === CURRENT_LABELS) return relabelsOf(library, datasetId);
  return versionFaces(library, getLabelVersion(library, datasetId, name).id);
}

/**
 * A face's votes under a version: with what was added and taken, and all on one class where the version labels it, as
 * many as there were, so that every protocol keeps the face under that label.
 */
export function votesUnder(overlay: LabelOverlay, faceId: number, votes: readonly number[]): readonly number[] {
  const change = overlay.get(faceId);
  if (change === undefined) return votes;
  const counted = withAddedVotes(votes, change.votes);
  if (change.label === null) return counted;
  const total = counted.reduce((sum, count) => sum + count, 0);
  return counted.map((_, index) => (index === change.label ? Math.max(1, total) : 0));
}
