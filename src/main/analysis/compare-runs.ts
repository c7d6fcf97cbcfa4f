import type { Comparison } from '../../shared/contract/comparisons.ts';
import { SPLITS, type Split } from '../../shared/entities.ts';
import { UsageError } from '../../shared/errors.ts';
import { relabelsOf, withAddedVotes } from '../library/current-labels.ts';
import { getDataset } from '../library/datasets.ts';
import type { Library } from '../library/db.ts';
import { probabilitiesOver } from '../library/predictions.ts';
import { getRun, type RunRecord } from '../library/runs.ts';
import { namesOfSamples } from '../library/sample-names.ts';
import { decodeVotes } from '../library/votes.ts';
import { comparePredictions, type PairedPredictions } from './compare-predictions.ts';
import { targetClassOf } from './evaluate.ts';

export interface RunComparisonRequest {
  readonly before: number;
  readonly after: number;
  readonly split: Split;
  readonly protocol: string;
}

/**
 * Two prediction runs over one dataset on the faces of a split that a protocol keeps and both have predicted, by the
 * labels as they are now. Throws UsageError for runs over different datasets or an unknown protocol, NotFoundError.
 */
export function compareRuns(library: Library, request: RunComparisonRequest): Comparison {
  const [before, after] = [getRun(library, request.before), getRun(library, request.after)];
  if (before.datasetId !== after.datasetId) {
    throw new UsageError('The two runs are over different datasets, so they have no faces in common.', {
      field: 'after',
      remedy: 'Choose two runs over the same dataset.',
    });
  }
  const dataset = getDataset(library, before.datasetId);
  const { ids, unpaired, ...pair } = pairOf(library, before, after, request);
  const about = {
    before: `${before.modelName}, run ${before.id}`,
    after: `${after.modelName}, run ${after.id}`,
    datasetId: dataset.id,
    dataset: dataset.name,
    splits: [request.split],
    protocol: request.protocol,
    voteFiles: dataset.voteFiles,
    unpaired,
  };
  return comparisonOf(library, { ids, pair, about });
}

/** The comparison of a pair whose faces are these samples, with the names of those that changed and still are there. */
export function comparisonOf(
  library: Library,
  {
    ids,
    pair,
    about,
  }: {
    readonly ids: ArrayLike<number>;
    readonly pair: PairedPredictions;
    readonly about: Pick<
      Comparison,
      'before' | 'after' | 'datasetId' | 'dataset' | 'splits' | 'protocol' | 'voteFiles' | 'unpaired'
    >;
  },
): Comparison {
  const { changes, ...found } = comparePredictions(pair);
  const names = namesOfSamples(
    library,
    changes.map(({ place }) => ids[place]!),
  );
  const changedFaces = changes.flatMap(({ place, ...change }) => {
    const name = names.get(ids[place]!);
    return name === undefined ? [] : [{ id: ids[place]!, ...name, ...change }];
  });
  return { ...about, ...found, classes: [...pair.classes], changedFaces };
}

interface PairRow {
  readonly id: number;
  readonly votes: Buffer;
  readonly before: Buffer | null;
  readonly after: Buffer | null;
}

function pairOf(library: Library, before: RunRecord, after: RunRecord, { split, protocol }: RunComparisonRequest) {
  const { classes } = getDataset(library, before.datasetId);
  const emotion = classes.map((entry) => entry.emotion);
  const known = new Set([...before.classIndices, ...after.classIndices]);
  const axis = classes.flatMap((entry, index) => (entry.emotion || known.has(index) ? [index] : []));
  const target = targetClassOf(protocol, emotion);
  const relabels = relabelsOf(library, before.datasetId);
  const [ids, labels]: [number[], number[]] = [[], []];
  const probabilities: { before: number[]; after: number[] } = { before: [], after: [] };
  let unpaired = 0;
  const rows = library.sqlite
    .prepare(
      `SELECT s.id, s.votes, b.probabilities AS before, a.probabilities AS after FROM samples s
       LEFT JOIN predictions b ON b.run_id = ? AND b.sample_id = s.id
       LEFT JOIN predictions a ON a.run_id = ? AND a.sample_id = s.id
       WHERE s.dataset_id = ? AND s.split = ? ORDER BY s.id`,
    )
    .iterate(before.id, after.id, before.datasetId, SPLITS.indexOf(split)) as IterableIterator<PairRow>;
  for (const row of rows) {
    const relabel = relabels.get(row.id);
    const label = relabel?.label ?? target(withAddedVotes(decodeVotes(row.votes), relabel?.votes ?? null));
    if (label === null || !emotion[label]) continue;
    if (row.before === null || row.after === null) {
      unpaired += Number(row.before !== row.after);
      continue;
    }
    ids.push(row.id);
    labels.push(axis.indexOf(label));
    for (const [side, run, bytes] of [
      ['before', before, row.before],
      ['after', after, row.after],
    ] as const) {
      const all = probabilitiesOver(classes.length, run.classIndices, bytes);
      probabilities[side].push(...axis.map((index) => all[index]!));
    }
  }
  return {
    ids,
    unpaired,
    classes: axis.map((index) => classes[index]!.name),
    labels,
    before: Float32Array.from(probabilities.before),
    after: Float32Array.from(probabilities.after),
  };
}
