import { z } from 'zod';
import { idSchema, jobSchema, jobStatusSchema } from '../entities.ts';
import { modelSchema, modelSpecSchema } from '../model-spec.ts';
import { trainConfigSchema, trainerSchema } from '../train-config.ts';
import { base } from './base.ts';

/** How many faces a protocol keeps and drops; `byClass` counts those kept by their label. */
export const targetCountsSchema = z.object({
  kept: z.number().int(),
  dropped: z.number().int(),
  byClass: z.array(z.object({ name: z.string(), count: z.number().int() })),
  /** Of those kept, how many are taught an annotator's label in place of the votes. */
  relabelled: z.number().int().default(0),
});
export type TargetCountsEntry = z.infer<typeof targetCountsSchema>;

export const trainingCountsSchema = z.object({
  /** The faces trained on, after `limit`. */
  train: targetCountsSchema,
  validation: targetCountsSchema.nullable(),
});
export type TrainingCounts = z.infer<typeof trainingCountsSchema>;

/** A step's figures; steps and epochs count from 1. */
export const trainingStepSchema = z.object({
  step: z.number().int(),
  epoch: z.number().int(),
  loss: z.number(),
  learningRate: z.number(),
  gradientNorm: z.number(),
  facesPerSecond: z.number(),
});
export type TrainingStep = z.infer<typeof trainingStepSchema>;

/** An epoch's figures on the validation split by majority; null without one. `recall` goes by class. */
export const trainingEpochSchema = z.object({
  epoch: z.number().int(),
  step: z.number().int(),
  trainLoss: z.number(),
  faces: z.number().int(),
  loss: z.number().nullable(),
  accuracy: z.number().nullable(),
  macroF1: z.number().nullable(),
  recall: z.array(z.number().nullable()),
  ece: z.number().nullable(),
});
export type TrainingEpoch = z.infer<typeof trainingEpochSchema>;

export const trainingSchema = z.object({
  id: idSchema,
  name: z.string(),
  config: trainConfigSchema,
  datasetId: idSchema.nullable(),
  /** The files that the votes were read from. */
  voteFiles: z.array(z.string()),
  classes: z.array(z.string()),
  counts: trainingCountsSchema,
  folder: z.string(),
  provider: z.string(),
  /** The time that it was worked on. */
  seconds: z.number(),
  stepsDone: z.number().int(),
  epochsDone: z.number().int(),
  best: trainingEpochSchema.nullable(),
  jobId: idSchema.nullable(),
  status: jobStatusSchema,
  createdAt: z.number(),
  endedAt: z.number().nullable(),
});
export type Training = z.infer<typeof trainingSchema>;

/** What a run would be, without starting it. */
export const trainingPlanSchema = z.object({
  counts: trainingCountsSchema,
  classes: z.array(z.string()),
  parameters: z.number().int(),
  trainedParameters: z.number().int(),
  stepsPerEpoch: z.number().int(),
  steps: z.number().int(),
});
export type TrainingPlanReport = z.infer<typeof trainingPlanSchema>;

const choice = z.object({ name: z.string(), describe: z.string() });

/** What a config may name. */
export const trainingChoicesSchema = z.object({
  parts: z.array(choice),
  losses: z.array(choice.extend({ usesPrior: z.boolean(), usesVotes: z.boolean() })),
  classWeights: z.array(choice),
  samplers: z.array(choice),
  augmentations: z.array(choice),
  optimizers: z.array(choice),
  schedules: z.array(choice),
  learningRateGroups: z.array(z.string()),
  trainers: z.array(choice),
});
export type TrainingChoices = z.infer<typeof trainingChoicesSchema>;

const one = z.object({ id: idSchema });

export const savedTrainingSchema = z.object({ folder: z.string(), files: z.array(z.string()), model: modelSchema });

/** How long a run would take, measured by a few of its steps on this machine; `seconds` of all its epochs. */
export const trainingEstimateSchema = z.object({
  provider: z.string(),
  facesPerSecond: z.number(),
  validationFacesPerSecond: z.number(),
  /** How many steps were timed, after those that are slow because they are the first. */
  steps: z.number().int(),
  seconds: z.number(),
});
export type TrainingEstimate = z.infer<typeof trainingEstimateSchema>;

export const trainings = {
  choices: base.output(trainingChoicesSchema),
  plan: base.input(trainConfigSchema).output(trainingPlanSchema),
  /** Times a few steps; nothing is kept. Takes seconds, and ends when the call is aborted. */
  estimate: base.input(trainConfigSchema).output(trainingEstimateSchema),
  start: base.input(trainConfigSchema).output(z.object({ training: trainingSchema, job: jobSchema })),
  list: base.input(z.object({ datasetId: idSchema.nullable() })).output(z.array(trainingSchema)),
  /** With the steps after `afterStep`. */
  get: base
    .input(one.extend({ afterStep: z.number().int().min(0) }))
    .output(
      z.object({ training: trainingSchema, epochs: z.array(trainingEpochSchema), steps: z.array(trainingStepSchema) }),
    ),
  /** Goes on with a run that stopped, by another trainer where one is named. */
  resume: base.input(one.extend({ trainer: trainerSchema.optional() })).output(jobSchema),
  remove: base.input(one).output(one),
  /** Makes a model of a run's weights; left out, the folder is one of the name beside the library. */
  save: base
    .input(
      one.extend({
        name: modelSpecSchema.shape.name,
        weights: z.enum(['best', 'last']),
        out: z.string().min(1).optional(),
        force: z.boolean(),
      }),
    )
    .output(savedTrainingSchema),
};
