import { z } from 'zod';
import { trainingSchema } from '../../../shared/contract/trainings.ts';
import { type ModelSpec, modelSpecSchema } from '../../../shared/model-spec.ts';
import { readStart } from '../training/run/folder.ts';
import { loadSafetensors } from '../weights/safetensors.ts';
import { writeClassifier } from './write-classifier.ts';
import { writePapers } from './write-folder.ts';

export const saveTrainingSchema = z.object({
  /** The empty folder to write into. */
  folder: z.string(),
  name: modelSpecSchema.shape.name,
  training: trainingSchema,
  dataset: z.string(),
  /** The file of the weights, and whether they are the run's best. */
  weights: z.string(),
  which: z.enum(['best', 'last']),
});
export type SaveTraining = z.infer<typeof saveTrainingSchema>;

/** Writes a model's folder from what a run trained. Throws WeightsError or EngineError where its files are gone. */
export async function saveTraining(order: SaveTraining): Promise<void> {
  const { folder, name, training, weights, which } = order;
  const { network, classes, classOverrides, basedOn, licence } = readStart(training.folder);
  const { config } = training;
  const spec = writeClassifier(folder, {
    name,
    classes,
    classOverrides,
    licence,
    source: `Trained with Countenance, starting from ${basedOn}.`,
    trainedOn: trainedOn(order),
    metrics: metricsOf(order),
    config: network,
    tensors: loadSafetensors(weights),
  });
  const paragraphs = [
    `Run ${training.id}, the ${which} of ${training.epochsDone} epochs, ${training.stepsDone} steps, on ${training.provider}.`,
    ['```json', JSON.stringify(config, null, 2), '```'].join('\n'),
  ];
  await writePapers(folder, spec, {
    summary: 'A classifier of facial expressions trained with Countenance.',
    sections: [
      { title: 'What is inside', paragraphs: [spec.pipeline.map((step) => `- ${step}`).join('\n')] },
      { title: 'The run', paragraphs },
    ],
  });
}

function trainedOn({ training, dataset }: SaveTraining): string {
  const { config, counts, voteFiles } = training;
  const faces = `${counts.train.kept} faces of ${dataset} (${config.splits.join(', ')}), votes of ${voteFiles.join(', ')}`;
  return `${faces}; protocol ${config.protocol}, loss ${config.loss.name}, seed ${config.seed}.`;
}

/** What the validation found of the weights that are saved; null where there was none. */
function metricsOf({ training: { best, config }, which }: SaveTraining): ModelSpec['metrics'] {
  if (which === 'last' || best === null || best.accuracy === null || best.macroF1 === null) return null;
  const { faces, accuracy, macroF1 } = best;
  return { split: config.validation!, protocol: 'majority', faces, accuracy, macroF1 };
}
