import { audit } from './audit.ts';
import { datasets } from './datasets.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { evaluate } from './evaluate.ts';
import { exportCommand } from './export.ts';
import { importCommand } from './import.ts';
import { jobs } from './jobs.ts';
import { labels } from './labels.ts';
import { models } from './models.ts';
import { net } from './net.ts';
import { predict } from './predict.ts';
import { prior } from './prior.ts';
import { queues } from './queues.ts';
import { runs } from './runs.ts';
import { serve } from './serve.ts';
import { superResolution } from './sr.ts';
import type { Command } from './terminal/command.ts';
import { finetune, train } from './train.ts';

/** Every command; a new one is a file and a line here. */
export const COMMANDS = [
  importCommand,
  datasets,
  predict,
  evaluate,
  audit,
  queues,
  labels,
  prior,
  train,
  finetune,
  runs,
  exportCommand,
  superResolution,
  models,
  net,
  jobs,
  serve,
  doctor,
  demo,
] as const satisfies readonly Command[];
