import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { idSchema, type ProviderName, providerChoiceSchema } from '../../../shared/entities.ts';
import { EngineError, ModelError, NotFoundError } from '../../../shared/errors.ts';
import type { Model } from '../../../shared/model-spec.ts';
import { getDataset } from '../../library/datasets.ts';
import type { Library } from '../../library/db.ts';
import { getModel } from '../../library/models.ts';
import { commitPredictions } from '../../library/predictions.ts';
import { endRun, getRun, pendingSamples, type RunRecord, setRunProvider } from '../../library/runs.ts';
import { batchSizeOf, type Classifier, openClassifier } from '../classifier.ts';
import type { UnreadableFace } from '../decode-worker.ts';
import { faceBatches } from '../face-batches.ts';
import { hashFile } from '../models/register.ts';
import { probeApart, resolveProvider } from '../providers.ts';
import type { JobContext, JobKind } from './job-kind.ts';

const CPU_BATCH = 32;
const GPU_BATCH = 128;
/** How many unreadable faces a result names; all are counted. */
const NAMED_FACES = 20;

const parametersSchema = z.object({
  runId: idSchema,
  provider: providerChoiceSchema,
  batchSize: z.number().int().min(1).max(1024).nullable(),
});
export type PredictParameters = z.infer<typeof parametersSchema>;

/** What a finished prediction reports; `facesPerSecond` is of this job alone, null where nothing was left to do. */
export interface PredictResult {
  readonly runId: number;
  readonly provider: string;
  readonly batchSize: number;
  readonly predicted: number;
  readonly alreadyPresent: number;
  readonly seconds: number;
  /** The part of `seconds` in which the session ran; the rest is waiting for faces and committing. */
  readonly sessionSeconds: number;
  readonly facesPerSecond: number | null;
  readonly unreadable: { readonly count: number; readonly first: readonly UnreadableFace[] };
}

/** Runs a run's model over every face it covers and has not predicted, committing batch by batch. */
export const predictJob = {
  kind: 'predict',
  lane: 'gpu',
  parametersSchema,
  changes: ['runs'],
  kept: 'The faces predicted so far are kept.',
  title(library, { runId }) {
    const run = getRun(library, runId);
    return `Predict ${getDataset(library, run.datasetId).name} with ${run.modelName}`;
  },
  run: predict,
} as const satisfies JobKind<PredictParameters>;

async function predict(context: JobContext<PredictParameters>): Promise<PredictResult> {
  const { library, parameters, signal, engineEntry } = context;
  const run = getRun(library, parameters.runId);
  const model = getModel(library, run.modelId);
  await refuseChangedModel(model, run);
  context.progress({ phase: 'loading the model', done: run.done, total: run.total, rate: null, secondsLeft: null });
  const provider = await resolveProvider(parameters.provider, (name) => probeApart(engineEntry, name));
  signal.throwIfAborted();
  const fixedBatch = batchSizeOf(model.graph, run.spec.input.name);
  const batchSize = fixedBatch ?? parameters.batchSize ?? (provider === 'cpu' ? CPU_BATCH : GPU_BATCH);
  const classifier = await openClassifier({ file: model.file, spec: run.spec, fixedBatch, provider });
  context.note({ provider });
  setRunProvider(library, run.id, providersOf(run, provider));
  try {
    const outcome = await predictPending(context, run, classifier, batchSize);
    endRun(library, run.id, providersOf(run, provider));
    return { runId: run.id, provider, batchSize, alreadyPresent: run.done, ...outcome };
  } finally {
    await classifier.release();
  }
}

type Outcome = Pick<PredictResult, 'predicted' | 'seconds' | 'sessionSeconds' | 'facesPerSecond' | 'unreadable'>;

async function predictPending(
  context: JobContext<PredictParameters>,
  run: RunRecord,
  classifier: Classifier,
  batchSize: number,
): Promise<Outcome> {
  const { library, signal, engineEntry } = context;
  const begun = performance.now();
  const unreadable: UnreadableFace[] = [];
  let predicted = 0;
  let sessionSeconds = 0;
  let last = begun;
  const batches = faceBatches({
    libraryFile: library.file,
    input: run.spec.input,
    engineEntry,
    nextIds: (afterId) => pendingSamples(library, run, afterId, batchSize),
  });
  for await (const batch of batches) {
    // A session blocks this thread, so a wish to stop is only heard where the event loop turns.
    await setImmediate();
    signal.throwIfAborted();
    unreadable.push(...batch.unreadable);
    if (batch.ids.length === 0) continue;
    const asked = performance.now();
    const outputs = await classifier.classify(batch.data, batch.ids.length);
    const now = performance.now();
    sessionSeconds += (now - asked) / 1000;
    const rows = outputs.map((output, index) => ({ sampleId: batch.ids[index]!, ...output }));
    predicted += commitPredictions(library, run, rows, (now - last) / 1000);
    last = now;
    const rate = predicted / ((now - begun) / 1000);
    const done = run.done + predicted;
    context.progress({ phase: 'predicting', done, total: run.total, rate, secondsLeft: (run.total - done) / rate });
  }
  if (predicted === 0 && unreadable.length > 0) throw nothingReadable(library, run, unreadable);
  const seconds = (performance.now() - begun) / 1000;
  const facesPerSecond = predicted === 0 ? null : predicted / seconds;
  const faces = { count: unreadable.length, first: unreadable.slice(0, NAMED_FACES) };
  return { predicted, seconds, sessionSeconds, facesPerSecond, unreadable: faces };
}

/** Every provider that worked on a run, as it is shown: `cpu`, or `cpu + webgpu` where a resumed run changed it. */
function providersOf(run: RunRecord, provider: ProviderName): string {
  const before = run.done === 0 || run.provider === '' ? [] : run.provider.split(' + ');
  return [...new Set([...before, provider])].join(' + ');
}

async function refuseChangedModel(model: Model, run: RunRecord): Promise<void> {
  if (!model.available) {
    throw new NotFoundError(`The model file ${model.file} is not there any more.`, {
      file: model.file,
      kept: 'The run and all that it had committed are kept.',
      remedy: 'Put the file back, then resume the job.',
    });
  }
  if ((await hashFile(model.file)) === run.modelSha256) return;
  throw new ModelError(`The model file ${model.file} has changed since this run began.`, {
    file: model.file,
    kept: 'The run and all that it had committed are kept.',
    remedy: 'Put the former file back and resume, or add the changed file as a model of its own and start a new run.',
  });
}

function nothingReadable(library: Library, run: RunRecord, unreadable: readonly UnreadableFace[]): EngineError {
  const first = unreadable[0]!;
  return new EngineError(`None of ${unreadable.length} faces could be read: ${first.message}`, {
    file: library.file,
    kept: `${run.done} faces predicted before are kept.`,
    remedy: 'Put the image files back where they were imported from, then resume the job.',
  });
}
