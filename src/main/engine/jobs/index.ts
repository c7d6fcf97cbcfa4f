import { UsageError } from '../../../shared/errors.ts';
import { compareTrainingJob } from './compare-training.ts';
import { exportJob } from './export.ts';
import { exportLabelsJob } from './export-labels.ts';
import { importJob } from './import.ts';
import { importLabelsJob } from './import-labels.ts';
import { predictJob } from './predict.ts';
import { trainJob } from './train.ts';
import { trainSuperResolutionJob } from './train-sr.ts';

/** Every kind of job: one file each, and one line here. */
export const JOB_KINDS = [
  importJob,
  predictJob,
  trainJob,
  compareTrainingJob,
  trainSuperResolutionJob,
  exportLabelsJob,
  importLabelsJob,
  exportJob,
] as const;
export type JobKindName = (typeof JOB_KINDS)[number]['kind'];

/** The kind of that name. Throws UsageError. */
export function jobKind(name: string): (typeof JOB_KINDS)[number] {
  const kind = JOB_KINDS.find((candidate) => candidate.kind === name);
  if (kind === undefined) throw new UsageError(`There is no job of the kind “${name}”.`);
  return kind;
}
