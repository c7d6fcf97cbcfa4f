import type { Evaluation } from '../../../shared/contract/analysis.ts';
import type { ViewQuery } from '../../../shared/entities.ts';

/**
 * The view of Browse that holds exactly the faces of one cell: the split, the row's target class under the protocol and
 * the column's predicted class, the surest answers first. Matrix positions become dataset classes by `classIndices`.
 */
export function cellView(evaluation: Evaluation, datasetId: number, row: number, column: number): ViewQuery {
  return {
    datasetId,
    runId: evaluation.runId,
    filter: {
      splits: [evaluation.split],
      target: { protocol: evaluation.protocol, classes: [evaluation.classIndices[row]!] },
      predicted: [evaluation.classIndices[column]!],
    },
    sort: 'confidence',
    descending: true,
  };
}
