import type { VoteAgreement } from '../../shared/contract/analysis.ts';
import { SPLITS, type Split } from '../../shared/entities.ts';
import { UsageError } from '../../shared/errors.ts';
import { getDataset } from '../library/datasets.ts';
import type { Library } from '../library/db.ts';
import { votesIn } from '../library/vote-rows.ts';
import {
  classTotals,
  coincidenceMatrix,
  fleissKappa,
  krippendorffAlpha,
  meanPairAgreement,
  oneAgainstRest,
  pairable,
} from './agreement.ts';

/**
 * How far the crowd agrees with itself over some splits of a dataset, on the votes as they were imported and over all its
 * classes, unknown and NF included. Throws UsageError where no face has two votes.
 */
export function voteAgreement(library: Library, datasetId: number, splits: readonly Split[]): VoteAgreement {
  const dataset = getDataset(library, datasetId);
  const asked = SPLITS.filter((split) => splits.includes(split));
  const all = votesIn(library, datasetId, asked).map(({ votes }) => votes);
  const table = pairable(all);
  if (table.length === 0) {
    throw new UsageError(`No face of “${dataset.name}” in ${asked.join(', ')} has two votes or more.`, {
      field: 'splits',
      remedy: 'Agreement needs datasets whose faces were voted on by several people; choose other splits.',
    });
  }
  const totals = classTotals(table);
  const votes = totals.reduce((sum, count) => sum + count, 0);
  return {
    dataset: dataset.name,
    splits: asked,
    voteFiles: dataset.voteFiles,
    classes: dataset.classes.map(({ name }) => name),
    faces: table.length,
    leftOut: all.length - table.length,
    votes,
    meanVotes: votes / table.length,
    pairAgreement: meanPairAgreement(table),
    fleissKappa: fleissKappa(table),
    krippendorffAlpha: krippendorffAlpha(table),
    perClass: dataset.classes.map(({ name }, index) => ({
      name,
      share: totals[index]! / votes,
      fleissKappa: fleissKappa(oneAgainstRest(table, index)),
    })),
    beside: coincidenceMatrix(table).map((row, index) =>
      totals[index] === 0 ? null : row.map((count) => count / totals[index]!),
    ),
  };
}
