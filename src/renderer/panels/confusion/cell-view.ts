import type { Evaluation } from '../../../shared/contract/analysis.ts';
import type { ViewQuery } from '../../../shared/entities.ts';

/**
 * The view of Browse that holds the faces of one cell: the run's dataset and split, the crowd's top class of the row and
 * the model's of the column, surest mistakes first. Matrix positions become dataset classes by `classIndices`.
 */
export function cellView(evaluation: Evaluation, datasetId: number, row: number, column: number): ViewQuery {
  return {
    datasetId,
    runId: evaluation.runId,
    filter: {
      splits: [evaluation.split],
      labels: [evaluation.classIndices[row]!],
      predicted: [evaluation.classIndices[column]!],
    },
    sort: 'confidence',
    descending: true,
  };
}
