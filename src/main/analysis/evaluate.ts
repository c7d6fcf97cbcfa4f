import { expectedCalibrationError } from '../../shared/calibration.ts';
import { confusionFigures } from '../../shared/confusion.ts';
import type { Evaluation } from '../../shared/contract/analysis.ts';
import { CURRENT_LABELS } from '../../shared/contract/label-versions.ts';
import { SPLITS, type Split } from '../../shared/entities.ts';
import { UsageError } from '../../shared/errors.ts';
import { type Relabel, withAddedVotes } from '../library/current-labels.ts';
import { getDataset } from '../library/datasets.ts';
import type { Library } from '../library/db.ts';
import { labelOverlay } from '../library/label-overlay.ts';
import { argmax } from '../library/predictions.ts';
import { getRun } from '../library/runs.ts';
import { decodeVotes } from '../library/votes.ts';
import { PROTOCOLS } from './protocols/index.ts';
import type { Protocol } from './protocols/protocol.ts';

export interface EvaluationRequest {
  readonly runId: number;
  readonly split: Split;
  readonly protocol: string;
  /** The label version that is the truth; left out, the labels as they are now. */
  readonly labels?: string;
}

/**
 * Scores a run on one split: each face the protocol keeps counts once, its target class the argmax of its target,
 * or the relabel where an annotator set one (a relabel that is no emotion drops it).
 * Faces the run has not predicted are counted apart. Throws UsageError for an unknown protocol, NotFoundError, for an
 * unknown label version too.
 */
export function evaluateRun(library: Library, request: EvaluationRequest): Evaluation {
  const protocol = protocolNamed(request.protocol);
  const run = getRun(library, request.runId);
  const dataset = getDataset(library, run.datasetId);
  const emotion = dataset.classes.map((entry) => entry.emotion);
  const axis = dataset.classes.flatMap((entry, index) =>
    entry.emotion || run.classIndices.includes(index) ? [index] : [],
  );
  const position = new Map(axis.map((classIndex, index) => [classIndex, index]));
  const confusion = axis.map(() => axis.map(() => 0));
  const relabels = labelOverlay(library, run.datasetId, request.labels ?? CURRENT_LABELS);
  const judged = (crowd: readonly number[], relabel: Relabel | null): number | null => {
    if (relabel?.label != null) return emotion[relabel.label] ? relabel.label : null;
    const target = protocol.target(withAddedVotes(crowd, relabel?.votes ?? null), emotion);
    return target === null ? null : argmax(target);
  };
  const confidences: number[] = [];
  const right: number[] = [];
  let relabelled = 0;
  let dropped = 0;
  let unpredicted = 0;
  for (const { id, votes, predicted, confidence } of facesOf(library, run.id, run.datasetId, request.split)) {
    const voted = judged(decodeVotes(votes), relabels.get(id) ?? null);
    if (relabels.get(id)?.label != null) relabelled += 1;
    if (voted === null) dropped += 1;
    else if (predicted === null) unpredicted += 1;
    else {
      confusion[position.get(voted)!]![position.get(predicted)!]! += 1;
      confidences.push(confidence!);
      right.push(Number(predicted === voted));
    }
  }
  const figures = confusionFigures(confusion);
  const names = axis.map((index) => dataset.classes[index]!.name);
  return {
    dataset: dataset.name,
    model: run.modelName,
    runId: run.id,
    split: request.split,
    protocol: protocol.name,
    labels: request.labels ?? CURRENT_LABELS,
    voteFiles: dataset.voteFiles,
    provider: run.provider,
    classes: names,
    classIndices: axis,
    accuracy: figures.accuracy,
    macroF1: figures.macroF1,
    ece: expectedCalibrationError(confidences, right),
    support: figures.support,
    dropped,
    unpredicted,
    relabelled,
    confusion,
    perClass: figures.perClass.map((entry, index) => ({ name: names[index]!, ...entry })),
  };
}

/** A protocol by its name. Throws UsageError that lists the known ones. */
export function protocolNamed(name: string): Protocol {
  const found = PROTOCOLS.find((protocol) => protocol.name === name);
  if (found !== undefined) return found;
  const names = PROTOCOLS.map((protocol) => protocol.name);
  throw new UsageError(`There is no protocol “${name}”.`, {
    field: 'protocol',
    names,
    remedy: `Use ${names.join(', ')}.`,
  });
}

/** How Browse finds the faces of a confusion cell: a protocol's target class from votes, null for a dropped face. */
export function targetClassOf(
  protocolName: string,
  emotion: readonly boolean[],
): (votes: readonly number[]) => number | null {
  const protocol = protocolNamed(protocolName);
  return (votes) => {
    const target = protocol.target(votes, emotion);
    return target === null ? null : argmax(target);
  };
}

interface ScoredFace {
  readonly id: number;
  readonly votes: Buffer;
  /** Null where the run has not predicted the face. */
  readonly predicted: number | null;
  readonly confidence: number | null;
}

function facesOf(library: Library, runId: number, datasetId: number, split: Split): IterableIterator<ScoredFace> {
  return library.sqlite
    .prepare(
      `SELECT s.id, s.votes, p.predicted, p.confidence FROM samples s
       LEFT JOIN predictions p ON p.run_id = ? AND p.sample_id = s.id
       WHERE s.dataset_id = ? AND s.split = ?`,
    )
    .iterate(runId, datasetId, SPLITS.indexOf(split)) as IterableIterator<ScoredFace>;
}
