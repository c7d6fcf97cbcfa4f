import { join } from 'node:path';
import type { Evaluation } from '../../../shared/contract/analysis.ts';
import type { ImportReport } from '../../../shared/contract/imports.ts';
import type { Run } from '../../../shared/contract/runs.ts';
import type { Split } from '../../../shared/entities.ts';
import { UsageError } from '../../../shared/errors.ts';
import type { Model } from '../../../shared/model-spec.ts';
import { trainConfigSchema } from '../../../shared/train-config.ts';
import { importDataset } from '../import.ts';
import type { Outcome, Session } from '../terminal/command.ts';
import { followJob } from '../terminal/follow-job.ts';
import { followTraining } from '../terminal/follow-training.ts';
import { count, percent } from '../terminal/format.ts';
import { writeDrawnFaces } from './drawn-dataset.ts';
import { addExported, compareRerun, exportTuned } from './exported.ts';
import { describeTour } from './tour-words.ts';

const MODEL = 'nr-swin-micro';
const FINE_TUNED = 'nr-swin-micro-demo';
/** Of drawn faces, so many in a hundred are kept for validation. */
const VALID_SHARE = 0.2;
/** The split that is predicted and scored: the first of these that the data has. */
const SCORED: readonly Split[] = ['valid', 'test', 'train', 'none'];

export interface TourOptions {
  /** Where everything goes. */
  readonly folder: string;
  readonly libraryFile: string;
  /** A dataset to read; null for drawn faces. */
  readonly data: string | null;
  readonly faces: number;
  readonly epochs: number;
}

/** One model's predictions of the scored split, and what they are worth. */
export interface Scored {
  readonly run: Run;
  readonly evaluation: Evaluation;
}

/**
 * Imports, predicts with the shipped model, fine-tunes its resizer and head, exports the result and runs the export;
 * resolves to every figure and to the command that opens the library.
 */
export async function tour(session: Session, options: TourOptions): Promise<Outcome> {
  const { say } = session;
  const begun = performance.now();
  const report = await importFaces(session, options);
  say(`Imported ${count(report.imported)} faces in ${report.seconds.toFixed(1)} s.`);
  const split = scoredSplit(report);
  const shipped = await session.client.models.find({ name: MODEL });
  const before = await score(session, shipped, report, split);
  say(`${MODEL} recognises ${percent(before.evaluation.accuracy)} of the ${split} faces.`);
  const tuned = await fineTune(session, report, split, options);
  const after = await score(session, tuned, report, split);
  say(`Fine-tuned, it recognises ${percent(after.evaluation.accuracy)}.`);
  const exported = await exportTuned(session, tuned, join(options.folder, 'exported'));
  const taken = await addExported(session, exported);
  const rerun = await compareRerun(session.client, exported.folder, after, await score(session, taken, report, split));
  const document = {
    synthetic: options.data === null,
    import: report,
    before,
    after,
    gain: (after.evaluation.accuracy ?? 0) - (before.evaluation.accuracy ?? 0),
    export: exported,
    rerun,
    library: options.libraryFile,
    open: `npm start -- --library ${options.libraryFile}`,
    seconds: (performance.now() - begun) / 1000,
  };
  return { document, text: describeTour(document) };
}

async function importFaces(session: Session, { folder, data, faces }: TourOptions): Promise<ImportReport> {
  if (data !== null) return importDataset(session, { paths: [data], kind: null, classMap: {} }, null);
  const drawn = join(folder, 'drawn-faces');
  const valid = Math.round(faces * VALID_SHARE);
  session.say(`Drawing ${count(faces)} faces, each with the votes of ten simulated annotators.`);
  writeDrawnFaces(drawn, { train: faces - valid, valid });
  return importDataset(session, { paths: [drawn], kind: null, classMap: {} }, 'drawn faces');
}

function scoredSplit(report: ImportReport): Split {
  const split = SCORED.find((name) => (report.splits[name] ?? 0) > 0);
  if (split === undefined) throw new UsageError('There is no face to predict.', { remedy: 'Name another folder.' });
  return split;
}

async function score(session: Session, model: Model, { datasetId }: ImportReport, split: Split): Promise<Scored> {
  const { client } = session;
  const job = await followJob(session, () =>
    client.runs.start({
      datasetId,
      modelId: model.id,
      splits: [split],
      provider: 'cpu',
      batchSize: null,
      again: false,
    }),
  );
  const run = (await client.runs.list({ datasetId })).find(({ id }) => id === job.runId)!;
  return { run, evaluation: await client.analysis.evaluate({ runId: run.id, split, protocol: 'majority' }) };
}

/** Fine-tunes resizer and head on the train split, or on what is scored where there is none, and says so. */
async function fineTune(
  session: Session,
  report: ImportReport,
  split: Split,
  { faces, epochs }: TourOptions,
): Promise<Model> {
  const { client, say } = session;
  const trained: Split = (report.splits.train ?? 0) > 0 ? 'train' : split;
  if (trained === split) say(`There is no other split: training on the ${split} faces that are scored, too.`);
  const config = trainConfigSchema.parse({
    name: FINE_TUNED,
    dataset: report.dataset,
    model: MODEL,
    splits: [trained],
    validation: trained === split ? null : split,
    limit: faces,
    loss: { name: 'soft_votes' },
    epochs,
    batchSize: 32,
    learningRate: 2e-3,
    provider: 'cpu',
  });
  const { training, job } = await client.trainings.start(config);
  await followTraining(session, training.id, () => client.jobs.get({ id: job.id }), undefined);
  return (await client.trainings.save({ id: training.id, name: FINE_TUNED, weights: 'last', force: false })).model;
}
