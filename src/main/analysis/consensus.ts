import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ConsensusMethodEntry, ConsensusReport } from '../../shared/contract/consensus.ts';
import type { Split } from '../../shared/entities.ts';
import { ConflictError, NotFoundError, UsageError } from '../../shared/errors.ts';
import type { Relabel } from '../library/current-labels.ts';
import { getDataset } from '../library/datasets.ts';
import type { Library } from '../library/db.ts';
import type { ExportedFace } from '../library/label-exports/label-export.ts';
import { labelledFaces } from '../library/label-state.ts';
import { probabilitiesOver } from '../library/predictions.ts';
import { getRun, listRuns } from '../library/runs.ts';
import { leadingClass } from '../library/votes.ts';
import { CONSENSUS_METHODS } from './consensus/index.ts';
import type { Answer, Consensus, ConsensusInput, ConsensusMethod } from './consensus/method.ts';

const BINS = 20;

export interface ConsensusRequest {
  readonly datasetId: number;
  readonly method: string;
  readonly runId: number | null;
  readonly splits: readonly Split[] | null;
}

/** A consensus with the faces that it is about, in the same order. */
export interface DatasetConsensus {
  readonly method: ConsensusMethod;
  readonly run: { readonly id: number; readonly modelName: string } | null;
  readonly faces: readonly ExportedFace[];
  readonly annotators: readonly string[];
  readonly consensus: Consensus;
  readonly seconds: number;
}

/** The method of that name. Throws UsageError that lists the known ones. */
export function consensusNamed(name: string): ConsensusMethod {
  const found = CONSENSUS_METHODS.find((method) => method.name === name);
  if (found !== undefined) return found;
  const names = CONSENSUS_METHODS.map((method) => method.name);
  throw new UsageError(`There is no consensus method “${name}”.`, {
    field: 'method',
    names,
    remedy: `Use ${names.join(', ')}.`,
  });
}

/**
 * A method's word on the faces of a dataset, from the crowd's votes with what annotators added, one vote for each
 * annotator's label, and a run's probabilities where the method takes them. Other work has its turn between the steps.
 * Throws UsageError, NotFoundError.
 */
export async function datasetConsensus(library: Library, request: ConsensusRequest): Promise<DatasetConsensus> {
  const begun = performance.now();
  const method = consensusNamed(request.method);
  const classCount = getDataset(library, request.datasetId).classes.length;
  const run = method.usesModel ? runFor(library, request) : null;
  const all = labelledFaces(library, request.datasetId);
  await nextTurn();
  const faces = request.splits === null ? all : all.filter(({ split }) => request.splits!.includes(split));
  const annotators = [...new Set(faces.flatMap((face) => face.byAnnotator.map(({ annotator }) => annotator)))].sort();
  const input = {
    classCount,
    annotatorCount: annotators.length,
    counts: faces.map(countsOf),
    answers: answersOf(faces, annotators),
    probabilities: run === null ? faces.map(() => null) : probabilitiesOf(library, run.id, faces, classCount),
  } satisfies ConsensusInput;
  await nextTurn();
  const consensus = method.compute(input);
  await nextTurn();
  const seconds = (performance.now() - begun) / 1000;
  return { method, run: run && { id: run.id, modelName: run.modelName }, faces, annotators, consensus, seconds };
}

/** A face's votes, one more for the label of each annotator. */
function countsOf({ currentVotes, byAnnotator }: ExportedFace): number[] {
  const counts = [...currentVotes];
  for (const { label } of byAnnotator) counts[label]! += 1;
  return counts;
}

function answersOf(faces: readonly ExportedFace[], annotators: readonly string[]): Answer[] {
  const numbers = new Map(annotators.map((name, index) => [name, index]));
  return faces.flatMap(({ byAnnotator }, face) =>
    byAnnotator.map(({ annotator, label }) => ({ face, annotator: numbers.get(annotator)!, label })),
  );
}

function runFor(library: Library, { datasetId, runId, method }: ConsensusRequest) {
  if (runId !== null) {
    const run = getRun(library, runId);
    if (run.datasetId === datasetId) return run;
    throw new ConflictError(`Run ${runId} is not one over this dataset.`, { field: 'runId' });
  }
  const [newest] = listRuns(library, datasetId).filter(({ done }) => done > 0);
  if (newest !== undefined) return getRun(library, newest.id);
  throw new NotFoundError(`${method} weighs a model’s predictions, and there are none of this dataset.`, {
    field: 'runId',
    remedy: 'Run a model over the dataset first, or choose a method that needs none.',
  });
}

function probabilitiesOf(
  library: Library,
  runId: number,
  faces: readonly ExportedFace[],
  classCount: number,
): (readonly number[] | null)[] {
  const { classIndices } = getRun(library, runId);
  const rows = library
    .prepare('SELECT sample_id AS id, probabilities FROM predictions WHERE run_id = ?')
    .all(runId) as { readonly id: number; readonly probabilities: Buffer }[];
  const found = new Map(rows.map(({ id, probabilities }) => [id, probabilities]));
  return faces.map(({ id }) => {
    const bytes = found.get(id);
    return bytes === undefined ? null : probabilitiesOver(classCount, classIndices, bytes);
  });
}

export const describeMethod = ({
  name,
  label,
  explanation,
  source,
  usesModel,
}: ConsensusMethod): ConsensusMethodEntry => ({
  name,
  label,
  explanation,
  source,
  usesModel,
});

/** A consensus in figures, with the `lowest` faces by the quality of their label. */
export function reportConsensus(
  library: Library,
  datasetId: number,
  found: DatasetConsensus,
  lowest: number,
): ConsensusReport {
  const { faces, consensus, annotators } = found;
  const dataset = getDataset(library, datasetId);
  const nameOf = (label: number | null): string | null => (label === null ? null : dataset.classes[label]!.name);
  const decided = faces.flatMap((face, index) => {
    const word = consensus.faces[index];
    return word == null ? [] : [{ face, word, crowd: leadingClass(face.votes) }];
  });
  const qualities = new Array<number>(BINS).fill(0);
  for (const { word } of decided) qualities[Math.min(BINS - 1, Math.floor(word.quality * BINS))]! += 1;
  const total = decided.reduce((sum, { word }) => sum + word.quality, 0);
  const worst = decided.toSorted((a, b) => a.word.quality - b.word.quality || a.face.id - b.face.id).slice(0, lowest);
  const given = new Map<string, number>();
  for (const { byAnnotator } of faces) {
    for (const { annotator } of byAnnotator) given.set(annotator, (given.get(annotator) ?? 0) + 1);
  }
  return {
    dataset: dataset.name,
    method: describeMethod(found.method),
    run: found.run,
    faces: faces.length,
    decided: decided.length,
    notCrowd: decided.filter(({ word, crowd }) => word.label !== crowd).length,
    notCurrent: decided.filter(({ word, face }) => word.label !== face.label).length,
    meanQuality: decided.length === 0 ? null : total / decided.length,
    qualities,
    annotators: annotators.map((name, index) => ({
      name,
      labels: given.get(name)!,
      quality: consensus.annotatorQuality?.[index] ?? null,
    })),
    lowest: worst.map(({ face, word, crowd }) => ({
      sampleId: face.id,
      key: face.key,
      split: face.split,
      label: nameOf(word.label)!,
      quality: word.quality,
      crowd: nameOf(crowd),
      current: nameOf(face.label),
    })),
    problem: consensus.problem,
    seconds: found.seconds,
  };
}

/** A consensus as a label version has it: a label for each face that it has a word for. */
export function consensusLabels({ faces, consensus }: DatasetConsensus): Map<number, Relabel> {
  return new Map(
    faces.flatMap(({ id }, index): [number, Relabel][] => {
      const word = consensus.faces[index];
      return word == null ? [] : [[id, { label: word.label, votes: null }]];
    }),
  );
}
