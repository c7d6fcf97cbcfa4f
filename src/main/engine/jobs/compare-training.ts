import { existsSync } from 'node:fs';
import { z } from 'zod';
import { idSchema, type ProviderName } from '../../../shared/entities.ts';
import { ConflictError } from '../../../shared/errors.ts';
import { getTraining } from '../../library/trainings.ts';
import { softmax } from '../pipeline.ts';
import { probeApart, resolveProvider } from '../providers.ts';
import { createOnnxTrainer } from '../training/onnx-trainer.ts';
import { saveBeforeAfter } from '../training/run/before-after.ts';
import { readStart, runFiles, weightsFileOf } from '../training/run/folder.ts';
import type { TrainingStart } from '../training/run/start.ts';
import { logitsOver } from '../training/run/validate.ts';
import { startWeights } from '../training/run/weights.ts';
import type { TrainingSet } from '../training/targets.ts';
import { loadTargets } from '../training/targets-file.ts';
import { readTrainingSet } from '../training/training-set.ts';
import { loadSafetensors } from '../weights/safetensors.ts';
import type { Weights } from '../weights/weights-file.ts';
import type { JobContext, JobKind } from './job-kind.ts';

const BATCH = 64;

const parametersSchema = z.object({ trainingId: idSchema });
export type CompareTrainingParameters = z.infer<typeof parametersSchema>;

/** What the job comes to; faces whose file cannot be read are left out and counted. */
export interface CompareTrainingResult {
  readonly trainingId: number;
  readonly epoch: number;
  readonly faces: number;
  readonly unreadable: number;
}

/** Predicts a run's validation faces with the model as it was before the run, and with its best weights. */
export const compareTrainingJob = {
  kind: 'compare-training',
  lane: 'gpu',
  parametersSchema,
  changes: ['trainings'],
  kept: 'The run is kept as it is; the predictions are made anew.',
  title: (library, { trainingId }) => `Compare ${getTraining(library, trainingId).name} with the model before it`,
  run: compareTraining,
} as const satisfies JobKind<CompareTrainingParameters>;

type Context = JobContext<CompareTrainingParameters>;

async function compareTraining(context: Context): Promise<CompareTrainingResult> {
  const { library, parameters, engineEntry, signal, progress } = context;
  const { id, config, folder, best } = getTraining(library, parameters.trainingId);
  const { validation } = runFiles(folder);
  if (best === null || !existsSync(validation)) {
    throw new ConflictError(`Run ${id} has nothing to compare: it needs a finished epoch and a validation split.`);
  }
  const provider = await resolveProvider(config.provider, (name) => probeApart(engineEntry, name));
  context.note({ provider });
  const start = readStart(folder);
  const { set, unreadable } = await readTrainingSet({
    library,
    table: loadTargets(validation),
    side: start.network.input,
    usesVotes: false,
    signal,
    onProgress: (done, total) => progress({ phase: 'reading faces', done, total, rate: null, secondsLeft: null }),
  });
  const predicted = async (weights: Weights, turn: number): Promise<Float32Array> => {
    const phase = turn === 0 ? 'predicting with the model before' : 'predicting with the best weights';
    return probabilitiesBy(context, { start, weights, provider, set, turn, phase });
  };
  const before = await predicted(await startWeights(folder, start), 0);
  const after = await predicted(loadSafetensors(weightsFileOf(folder, 'best', best.epoch)), 1);
  saveBeforeAfter(folder, {
    epoch: best.epoch,
    classes: set.classes,
    ids: Uint32Array.from(set.faces, (face) => face.id),
    labels: Uint16Array.from(set.faces, (face) => face.label),
    before,
    after,
  });
  return { trainingId: id, epoch: best.epoch, faces: set.faces.length, unreadable: unreadable.length };
}

interface Prediction {
  readonly start: TrainingStart;
  readonly weights: Weights;
  readonly provider: ProviderName;
  readonly set: TrainingSet;
  readonly turn: number;
  readonly phase: string;
}

/** N×C probabilities by some weights; nothing is trained, so parts and loss are those that cost least. */
async function probabilitiesBy({ signal, progress }: Context, prediction: Prediction): Promise<Float32Array> {
  const { start, weights, provider, set, turn, phase } = prediction;
  const trainer = createOnnxTrainer(
    { config: start.network, weights, parts: ['head'], loss: 'cross_entropy', optimizer: 'sgd' },
    { provider },
  );
  const began = performance.now();
  try {
    const logits = await logitsOver({
      trainer,
      set,
      weights: 'current',
      batchSize: BATCH,
      signal,
      onProgress(done, total) {
        const rate = done / ((performance.now() - began) / 1000);
        const left = 2 * total - turn * total - done;
        progress({ phase, done: turn * total + done, total: 2 * total, rate, secondsLeft: left / rate });
      },
    });
    const width = set.classes.length;
    const probabilities = new Float32Array(logits.length);
    for (let row = 0; row < logits.length; row += width) {
      probabilities.set(softmax(logits.subarray(row, row + width)), row);
    }
    return probabilities;
  } finally {
    await trainer.release();
  }
}
