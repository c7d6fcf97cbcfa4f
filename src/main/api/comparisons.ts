import { existsSync } from 'node:fs';
import type { Comparison } from '../../shared/contract/comparisons.ts';
import type { Training } from '../../shared/contract/trainings.ts';
import type { Job } from '../../shared/entities.ts';
import { ConflictError, UsageError } from '../../shared/errors.ts';
import { compareRuns, comparisonOf } from '../analysis/compare-runs.ts';
import { type BeforeAfter, loadBeforeAfter } from '../engine/training/run/before-after.ts';
import { runFiles } from '../engine/training/run/folder.ts';
import type { Library } from '../library/db.ts';
import { jobParameters, listJobs } from '../library/jobs.ts';
import { getTraining } from '../library/trainings.ts';
import { api } from './implementer.ts';

const KIND = 'compare-training';

export const comparisons = {
  ofRuns: api.comparisons.ofRuns.handler(({ input, context }) => compareRuns(context.library, input)),
  ofTraining: api.comparisons.ofTraining.handler(({ input, context: { library } }) => {
    const training = getTraining(library, input.trainingId);
    const kept = keptOf(training);
    const names = { before: training.config.model ?? 'the network before', after: training.name };
    const comparison = kept && comparisonOf(library, { ids: kept.ids, pair: kept, about: aboutOf(training, names) });
    return { comparison, job: jobOf(library, training.id) };
  }),
  ofTrainings: api.comparisons.ofTrainings.handler(({ input, context: { library } }) => ({
    comparison: compareTrainings(library, getTraining(library, input.before), getTraining(library, input.after)),
  })),
  predict: api.comparisons.predict.handler(({ input, context: { library, jobs } }) => {
    const training = getTraining(library, input.trainingId);
    refuseWithout(training);
    const job = jobOf(library, training.id);
    if (job !== null && (job.status === 'queued' || job.status === 'running')) return job;
    return jobs.start(KIND, { trainingId: training.id }, { datasetId: training.datasetId });
  }),
};

const keptOf = ({ folder, best }: Training): BeforeAfter | null =>
  best === null ? null : loadBeforeAfter(folder, best.epoch);

function jobOf(library: Library, trainingId: number): Job | null {
  const isIts = ({ id, kind }: Job): boolean =>
    kind === KIND && (jobParameters(library, id) as { readonly trainingId: number }).trainingId === trainingId;
  return listJobs(library).find(isIts) ?? null;
}

function refuseWithout({ id, best, folder }: Training): void {
  if (best === null) {
    throw new ConflictError(`Run ${id} has no finished epoch yet.`, { remedy: 'Let it finish an epoch.' });
  }
  if (!existsSync(runFiles(folder).validation)) {
    throw new ConflictError(`Run ${id} validates with no faces, so there are none to compare on.`, {
      remedy: 'Train with a validation split, or predict with both models and compare the predictions.',
    });
  }
}

const aboutOf = (
  { datasetId, config, voteFiles }: Training,
  names: Pick<Comparison, 'before' | 'after'>,
  unpaired = 0,
) => ({
  ...names,
  datasetId,
  dataset: config.dataset,
  splits: config.validation === null ? [] : [config.validation],
  protocol: 'majority',
  voteFiles: [...voteFiles],
  unpaired,
});

/** The best weights of both on the faces that both validate with, by the labels of the later one. */
function compareTrainings(library: Library, before: Training, after: Training): Comparison | null {
  const [first, second] = [keptOf(before), keptOf(after)];
  if (first === null || second === null) return null;
  if (JSON.stringify(first.classes) !== JSON.stringify(second.classes)) {
    throw new UsageError(`Runs ${before.id} and ${after.id} have different classes.`, { field: 'after' });
  }
  const width = first.classes.length;
  const placeOf = new Map(Array.from(first.ids, (id, place) => [id, place]));
  const places = Array.from(second.ids.keys()).filter((place) => placeOf.has(second.ids[place]!));
  const rows = (all: Float32Array, wanted: readonly number[]): Float32Array => {
    const picked = new Float32Array(wanted.length * width);
    for (const [index, place] of wanted.entries()) {
      picked.set(all.subarray(place * width, (place + 1) * width), index * width);
    }
    return picked;
  };
  const ids = places.map((place) => second.ids[place]!);
  const pair = {
    classes: second.classes,
    labels: places.map((place) => second.labels[place]!),
    before: rows(
      first.after,
      ids.map((id) => placeOf.get(id)!),
    ),
    after: rows(second.after, places),
  };
  const unpaired = first.ids.length + second.ids.length - 2 * ids.length;
  const names = { before: `${before.name}, run ${before.id}`, after: `${after.name}, run ${after.id}` };
  return comparisonOf(library, { ids, pair, about: aboutOf(after, names, unpaired) });
}
