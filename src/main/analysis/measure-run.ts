import { UsageError } from '../../shared/errors.ts';
import { datasetClasses } from '../library/datasets.ts';
import type { Library } from '../library/db.ts';
import { judgedFaces } from '../library/judged-faces.ts';
import { prepareMeasureSet, putMeasures, unmeasuredFaces } from '../library/measures.ts';
import { getRun } from '../library/runs.ts';
import { MEASURES } from './measures/index.ts';
import { measureInput } from './prediction-measures.ts';

export const MEASURE_NAMES: readonly string[] = MEASURES.map(({ name }) => name);

/**
 * Works out and stores the measures of up to `limit` faces of a run that have none, and returns how many it did: 0 when
 * all are done. Votes and labels are read in the transaction that stores what follows from them.
 */
export function measureSome(library: Library, runId: number, limit: number): number {
  const run = getRun(library, runId);
  prepareMeasureSet(library, runId, MEASURE_NAMES);
  const classes = datasetClasses(library, run.datasetId);
  return library.transaction(() => {
    const ids = unmeasuredFaces(library, runId, limit);
    if (ids.length === 0) return 0;
    const faces = Array.from(judgedFaces(library, run.datasetId, runId, ids), (face) => {
      const input = measureInput(classes, face.votes, face.label, face.probabilities!);
      return { sampleId: face.id, numbers: MEASURES.map(({ compute }) => compute(input)) };
    });
    putMeasures(library, runId, faces);
    return faces.length;
  });
}

/** Throws UsageError for a name that is no measure of a prediction. */
export function refuseUnknownMeasures(names: readonly string[]): void {
  const unknown = names.find((name) => !MEASURE_NAMES.includes(name));
  if (unknown === undefined) return;
  throw new UsageError(`There is no measure “${unknown}”.`, {
    field: 'measures',
    names: MEASURE_NAMES,
    remedy: `Use ${MEASURE_NAMES.join(', ')}.`,
  });
}
