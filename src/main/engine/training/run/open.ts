import type { Training } from '../../../../shared/contract/trainings.ts';
import type { ProviderName } from '../../../../shared/entities.ts';
import { EngineError } from '../../../../shared/errors.ts';
import type { UnreadableFace } from '../../decode-worker.ts';
import type { JobContext } from '../../jobs/job-kind.ts';
import { classifier } from '../../nets/classifier.ts';
import { parametersOf } from '../../nets/instantiate.ts';
import type { Weights } from '../../weights/weights-file.ts';
import { classWeights } from '../class-weights.ts';
import { priorTable } from '../priors.ts';
import { countTargets, type FaceTargets, type TrainingSet } from '../targets.ts';
import { loadTargets, saveTargets } from '../targets-file.ts';
import type { Trainer } from '../trainer.ts';
import type { ReadyTrainer } from '../trainers.ts';
import { readTrainingSet } from '../training-set.ts';
import { withoutFaces } from './faces.ts';
import { readPrior, readStart, runFiles } from './folder.ts';
import { methodsOf, type TrainingMethods } from './methods.ts';
import { trainerOptionsOf } from './trainer-options.ts';
import { startWeights } from './weights.ts';

/** A run with everything in memory that its steps need. */
export interface OpenRun {
  readonly methods: TrainingMethods;
  readonly trainer: Trainer;
  /** Every tensor of the network before the first step. */
  readonly weights: Weights;
  readonly set: TrainingSet;
  readonly validation: TrainingSet | null;
  readonly prior: Float32Array | null;
  readonly classWeights: Float32Array;
  readonly unreadable: readonly UnreadableFace[];
}

type Surroundings = Pick<JobContext<unknown>, 'library' | 'signal' | 'progress'>;

/**
 * Reads a run's folder and decodes its faces. Faces that cannot be read are left out for good when the run begins; once
 * it has, EngineError says which are missing, as without them it would not go on as it began.
 */
export async function openRun(
  context: Surroundings,
  { config, folder }: Training,
  { provider, create }: Pick<ReadyTrainer, 'create'> & { readonly provider: ProviderName },
  hasBegun: boolean,
): Promise<OpenRun> {
  const files = runFiles(folder);
  const start = readStart(folder);
  const methods = methodsOf(config, parametersOf(classifier, start.network));
  const read = (file: string, phase: string, usesVotes: boolean) =>
    readFaces(context, { file, phase, usesVotes, side: start.network.input, hasBegun });
  const training = await read(files.train, 'reading faces', methods.usesVotes);
  const validation =
    config.validation === null ? null : await read(files.validation, 'reading faces for validation', false);
  const counts = countTargets(training.table).byClass.map(({ count }) => count);
  const weights = await startWeights(folder, start);
  const trainer = create(trainerOptionsOf(config, start, methods, weights), { provider });
  return {
    methods,
    trainer,
    weights,
    set: training.set,
    validation: validation?.set ?? null,
    prior: methods.loss.usesPrior ? priorTable(readPrior(files.prior), start.classes) : null,
    classWeights: classWeights(config.classWeights, counts),
    unreadable: [...training.unreadable, ...(validation?.unreadable ?? [])],
  };
}

interface FacesToRead {
  readonly file: string;
  readonly phase: string;
  readonly usesVotes: boolean;
  readonly side: number;
  readonly hasBegun: boolean;
}

async function readFaces({ library, signal, progress }: Surroundings, faces: FacesToRead) {
  const { file, phase, usesVotes, side, hasBegun } = faces;
  const table: FaceTargets = loadTargets(file);
  const onProgress = (done: number, total: number): void =>
    progress({ phase, done, total, rate: null, secondsLeft: null });
  const { set, unreadable } = await readTrainingSet({ library, table, side, usesVotes, signal, onProgress });
  if (unreadable.length === 0) return { table, set, unreadable };
  if (hasBegun || set.faces.length === 0) throw facesGone(unreadable);
  const readable = withoutFaces(table, new Set(unreadable.map(({ sampleId }) => sampleId)));
  saveTargets(file, readable);
  return { table: readable, set, unreadable };
}

function facesGone(unreadable: readonly UnreadableFace[]): EngineError {
  const first = unreadable[0]!;
  return new EngineError(
    `${unreadable.length} faces of the run cannot be read; face ${first.sampleId}: ${first.message}`,
    {
      kept: 'The run is kept as it is.',
      remedy: 'Put the image files back where they were imported from, then resume the run.',
    },
  );
}
