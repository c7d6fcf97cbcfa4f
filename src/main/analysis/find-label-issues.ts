import type { LabelIssues, LabelIssuesRequest } from '../../shared/contract/analysis.ts';
import { SPLITS } from '../../shared/entities.ts';
import { UsageError } from '../../shared/errors.ts';
import { getDataset } from '../library/datasets.ts';
import type { Library } from '../library/db.ts';
import { type JudgedFace, judgedFaces } from '../library/judged-faces.ts';
import { argmax } from '../library/predictions.ts';
import { getRun, type RunRecord } from '../library/runs.ts';
import { tilesOf } from '../library/samples.ts';
import { estimatedIssueCount, estimateLabelNoise, type LabelledFaces } from './label-issues/confident-learning.ts';
import { ISSUE_FILTERS } from './label-issues/index.ts';
import type { IssueFilter } from './label-issues/issue-filter.ts';
import { normalisedMargin } from './measures/normalised-margin.ts';
import { selfConfidence } from './measures/self-confidence.ts';
import { predictionMeasures } from './prediction-measures.ts';

const RANKS = { selfConfidence, normalisedMargin } as const;

/** A face that is suspected, from the worst on. */
export interface RankedIssue {
  readonly face: JudgedFace;
  readonly quality: number;
}

/** A way to say which faces are issues, by its name. Throws UsageError that lists the known ones. */
export function issueFilterNamed(name: string): IssueFilter {
  const found = ISSUE_FILTERS.find((filter) => filter.name === name);
  if (found !== undefined) return found;
  const names = ISSUE_FILTERS.map((filter) => filter.name);
  throw new UsageError(`There is no filter of label issues “${name}”.`, {
    field: 'filterBy',
    names,
    remedy: `Use ${names.join(', ')}.`,
  });
}

/**
 * Confident learning over one split of a run, and a window of its ranked issues. A face counts where its label is one of
 * the model's classes; probabilities should come from a model that has not been trained on the split.
 */
export function findLabelIssues(
  library: Library,
  request: LabelIssuesRequest & { readonly offset: number; readonly limit: number },
): LabelIssues {
  const run = getRun(library, request.runId);
  const dataset = getDataset(library, run.datasetId);
  const filter = issueFilterNamed(request.filterBy);
  const split = readSplit(library, run, request);
  const noise = estimateLabelNoise(split.labelled);
  const ranked = rankIssues(split, filter.find(split.labelled, noise), request.rankBy);
  const shown = ranked.slice(request.offset, request.offset + request.limit);
  const tiles = tilesOf(
    library,
    shown.map(({ face }) => face.id),
    run.id,
  );
  return {
    dataset: dataset.name,
    model: run.modelName,
    runId: run.id,
    split: request.split,
    voteFiles: dataset.voteFiles,
    provider: run.provider,
    filterBy: filter.name,
    rankBy: request.rankBy,
    faces: split.faces.length,
    notComparable: split.notComparable,
    unpredicted: split.unpredicted,
    classes: split.axis.map((index) => dataset.classes[index]!.name),
    classIndices: [...split.axis],
    thresholds: [...noise.thresholds],
    confidentJoint: noise.confidentJoint.map((row) => [...row]),
    estimatedJoint: noise.estimatedJoint.map((row) => [...row]),
    estimatedIssues: Math.round(estimatedIssueCount(noise)),
    found: ranked.length,
    issues: shown.map(({ face, quality }, index) => ({
      rank: request.offset + index + 1,
      quality,
      label: face.label!,
      suggested: argmax(face.probabilities!),
      tile: tiles[index]!,
      measures: predictionMeasures(dataset.classes, face.votes, face.label, face.probabilities!).map(
        ({ name, value }) => ({ name, value }),
      ),
    })),
  };
}

interface SplitFaces {
  /** The dataset classes that the model knows, which confident learning's classes stand for. */
  readonly axis: readonly number[];
  readonly faces: readonly JudgedFace[];
  readonly labelled: LabelledFaces;
  readonly notComparable: number;
  readonly unpredicted: number;
}

function readSplit(library: Library, run: RunRecord, { split }: LabelIssuesRequest): SplitFaces {
  const ids = library
    .prepare('SELECT id FROM samples WHERE dataset_id = ? AND split = ? ORDER BY id')
    .pluck()
    .all(run.datasetId, SPLITS.indexOf(split)) as number[];
  const all = [...judgedFaces(library, run.datasetId, run.id, ids)];
  const { axis, faces, labelled } = labelledFaces(run.classIndices, all);
  const unpredicted = all.filter(({ probabilities }) => probabilities === null).length;
  return { axis, faces, labelled, unpredicted, notComparable: all.length - unpredicted - faces.length };
}

/** The faces that confident learning can speak of, their labels and probabilities over the model's classes alone. */
export function labelledFaces(
  classIndices: readonly number[],
  all: readonly JudgedFace[],
): Pick<SplitFaces, 'axis' | 'faces' | 'labelled'> {
  const axis = [...new Set(classIndices)].toSorted((a, b) => a - b);
  const faces = all.filter(
    ({ label, probabilities }) => label !== null && probabilities !== null && axis.includes(label),
  );
  const labelled = {
    classCount: axis.length,
    labels: faces.map(({ label }) => axis.indexOf(label!)),
    probabilities: faces.map(({ probabilities }) => axis.map((index) => probabilities![index]!)),
  };
  return { axis, faces, labelled };
}

/** The issues from the worst on: by the least self-confidence or normalised margin, equal ones by their numbers. */
export function rankIssues(
  { faces, labelled }: Pick<SplitFaces, 'faces' | 'labelled'>,
  places: ReadonlySet<number>,
  rankBy: LabelIssuesRequest['rankBy'],
): readonly RankedIssue[] {
  const { compute } = RANKS[rankBy];
  return [...places]
    .map((place) => ({
      face: faces[place]!,
      quality: compute({
        voteShares: null,
        probabilities: labelled.probabilities[place]!,
        label: labelled.labels[place]!,
      })!,
    }))
    .toSorted((a, b) => a.quality - b.quality || a.face.id - b.face.id);
}
