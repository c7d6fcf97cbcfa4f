import type { LabelLayers } from '../../shared/contract/label-versions.ts';
import type { Library } from './db.ts';
import { labelledFaces } from './label-state.ts';
import { deriveVotes } from './votes.ts';

/** How much of a dataset is the crowd's word, how much annotators', and how often these agree with the crowd. */
export function labelLayers(library: Library, datasetId: number): LabelLayers {
  const totals = { faces: 0, voted: 0, votes: 0, relabelled: 0, changed: 0, votesMoved: 0, facesMoved: 0 };
  const annotators = new Map<
    string,
    { labels: number; withCrowd: number; comparable: number; lastAt: number | null }
  >();
  for (const { votes, currentVotes, relabel, byAnnotator } of labelledFaces(library, datasetId)) {
    const crowd = deriveVotes(votes);
    const moved = votes.reduce((sum, count, index) => sum + Math.abs(currentVotes[index]! - count), 0);
    totals.faces += 1;
    totals.voted += Number(crowd.total > 0);
    totals.votes += crowd.total;
    totals.relabelled += Number(relabel !== null);
    totals.changed += Number(relabel !== null && relabel.label !== crowd.label);
    totals.votesMoved += moved;
    totals.facesMoved += Number(moved > 0);
    for (const { annotator, label, at } of byAnnotator) {
      const known = annotators.get(annotator) ?? { labels: 0, withCrowd: 0, comparable: 0, lastAt: null };
      annotators.set(annotator, {
        labels: known.labels + 1,
        withCrowd: known.withCrowd + Number(label === crowd.label),
        comparable: known.comparable + Number(crowd.label !== null),
        lastAt: Math.max(at, known.lastAt ?? at),
      });
    }
  }
  const events = library
    .prepare('SELECT count(*) FROM label_events e JOIN samples s ON s.id = e.sample_id WHERE s.dataset_id = ?')
    .pluck()
    .get(datasetId) as number;
  return { ...totals, events, annotators: [...annotators].map(([name, rest]) => ({ name, ...rest })) };
}
