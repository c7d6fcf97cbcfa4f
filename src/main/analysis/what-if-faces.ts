import type { WhatIfFaces } from '../../shared/contract/what-if.ts';
import { SPLITS, type Split } from '../../shared/entities.ts';
import { getDataset } from '../library/datasets.ts';
import type { Library } from '../library/db.ts';
import { judgedFaces } from '../library/judged-faces.ts';
import { getRun } from '../library/runs.ts';
import { namesOfSamples } from '../library/sample-names.ts';

export interface WhatIfRequest {
  readonly runId: number;
  /** Null for every split of the run. */
  readonly split: Split | null;
  /** Certain faces, whatever their split; null for all that the run predicted. */
  readonly sampleIds: readonly number[] | null;
  readonly limit: number;
}

/**
 * The faces that a prior is tried on, at most `limit` of them taken evenly in the library's order, with label, votes and
 * prediction over the dataset's emotions. Throws NotFoundError for an unknown run.
 */
export function whatIfFaces(library: Library, request: WhatIfRequest): WhatIfFaces {
  const run = getRun(library, request.runId);
  const dataset = getDataset(library, run.datasetId);
  const emotions = dataset.classes.flatMap(({ emotion }, index) => (emotion ? [index] : []));
  const all = request.sampleIds ?? predictedIds(library, request);
  const wanted = evenly(all, request.limit);
  const faces = [...judgedFaces(library, run.datasetId, run.id, wanted)].flatMap(
    ({ id, label, votes, probabilities }) => {
      const at = label === null ? -1 : emotions.indexOf(label);
      return at === -1 || probabilities === null ? [] : [{ id, label: at, votes, probabilities }];
    },
  );
  const names = namesOfSamples(
    library,
    faces.map(({ id }) => id),
  );
  return {
    dataset: dataset.name,
    model: run.modelName,
    classes: emotions.map((index) => dataset.classes[index]!.name),
    ids: faces.map(({ id }) => id),
    keys: faces.map(({ id }) => names.get(id)!.key),
    labels: faces.map(({ label }) => label),
    votes: faces.flatMap(({ votes }) => emotions.map((index) => votes[index]!)),
    probabilities: faces.flatMap(({ probabilities }) => emotions.map((index) => probabilities[index]!)),
    of: all.length,
    leftOut: wanted.length - faces.length,
  };
}

function predictedIds(library: Library, { runId, split }: WhatIfRequest): readonly number[] {
  const rows = library
    .prepare(
      `SELECT s.id FROM predictions p JOIN samples s ON s.id = p.sample_id
       WHERE p.run_id = ? AND (? IS NULL OR s.split = ?) AND s.label IS NOT NULL ORDER BY s.id`,
    )
    .all(runId, split, split === null ? null : SPLITS.indexOf(split)) as { readonly id: number }[];
  return rows.map(({ id }) => id);
}

const evenly = (ids: readonly number[], most: number): readonly number[] =>
  ids.length <= most ? ids : Array.from({ length: most }, (_, at) => ids[Math.floor((at * ids.length) / most)]!);
