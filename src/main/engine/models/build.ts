import { basename } from 'node:path';
import type { BuildReport, ModelBuild } from '../../../shared/contract/model-folders.ts';
import type { ModelSpec } from '../../../shared/model-spec.ts';
import { classifier } from '../nets/classifier.ts';
import { composeClassifier } from '../nets/compose.ts';
import { parametersOf } from '../nets/instantiate.ts';
import { parameterCount } from '../nets/variant-summary.ts';
import type { CardSection } from './card.ts';
import { type GatheredWeights, gatherWeights } from './gather-weights.ts';
import { writeClassifier } from './write-classifier.ts';
import { writePapers } from './write-folder.ts';

/**
 * Builds a classifier from its parts and writes it into an empty folder: the .onnx file that the app runs, its weights
 * under our own names, manifest and card. Throws UsageError, GraphError, WeightsError or NotFoundError.
 */
export async function buildModel(folder: string, order: ModelBuild): Promise<BuildReport> {
  const config = composeClassifier(order.choice);
  const specs = parametersOf(classifier, config);
  const gathered = await gatherWeights(specs, order.sources);
  const { tensors, reports, drawn } = gathered;
  const { classes } = order.choice;
  const spec = writeClassifier(folder, { ...order, classes, classOverrides: {}, metrics: null, config, tensors });
  await writePapers(folder, spec, aboutBuild(order, spec, gathered));
  return { parameters: parameterCount(specs), weights: [...reports], drawn: [...drawn] };
}

function aboutBuild(
  { choice, sources }: ModelBuild,
  { pipeline }: ModelSpec,
  { reports, drawn, tensors }: GatheredWeights,
) {
  const files = reports.map(({ file, matched }) => `${matched} tensors from \`${basename(file)}\``);
  const anew = drawn.length === 0 ? [] : [`${drawn.length} of ${tensors.size} drawn from the seed ${sources.seed}`];
  const untrained =
    drawn.length === 0
      ? []
      : ['What was drawn from a seed is not trained: fine-tune the model before its figures mean anything.'];
  const sections: readonly CardSection[] = [
    { title: 'What is inside', paragraphs: [pipeline.map((step) => `- ${step}`).join('\n')] },
    { title: 'Weights', paragraphs: [`${[...files, ...anew].join('; ')}.`, ...untrained] },
  ];
  return {
    summary: `A classifier of facial expressions over \`${choice.backbone}\`, put together by Countenance.`,
    sections,
  };
}
