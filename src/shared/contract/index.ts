import { analysis } from './analysis.ts';
import { comparisons } from './comparisons.ts';
import { consensus } from './consensus.ts';
import { datasets } from './datasets.ts';
import { exports } from './exports.ts';
import { imports } from './imports.ts';
import { jobs } from './jobs.ts';
import { labelFiles } from './label-files.ts';
import { labelVersions } from './label-versions.ts';
import { labels } from './labels.ts';
import { models } from './models.ts';
import { nets } from './nets.ts';
import { priors } from './priors.ts';
import { queues } from './queues.ts';
import { runs } from './runs.ts';
import { samples } from './samples.ts';
import { superResolution } from './super-resolution.ts';
import { system } from './system.ts';
import { trainings } from './trainings.ts';
import { whatIf } from './what-if.ts';

/** All that the renderer and the command line can ask of the backend, one namespace a file. */
export const contract = {
  analysis,
  comparisons,
  consensus,
  datasets,
  exports,
  imports,
  jobs,
  labelFiles,
  labels,
  labelVersions,
  models,
  nets,
  priors,
  queues,
  runs,
  samples,
  superResolution,
  system,
  trainings,
  whatIf,
};
export type Contract = typeof contract;
