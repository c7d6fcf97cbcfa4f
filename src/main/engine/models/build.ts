import { basename, join } from 'node:path';
import type { BuildReport, ModelBuild } from '../../../shared/contract/model-folders.ts';
import type { ModelSpec } from '../../../shared/model-spec.ts';
import { type ClassifierConfig, classifier } from '../nets/classifier.ts';
import { classifierGraph } from '../nets/classifier-graph.ts';
import { composeClassifier } from '../nets/compose.ts';
import { parametersOf } from '../nets/instantiate.ts';
import { pipelineWords } from '../nets/pipeline-words.ts';
import { parameterCount } from '../nets/variant-summary.ts';
import { writeModel } from '../onnx/format/model-file.ts';
import type { Graph } from '../onnx/graph.ts';
import { optimise } from '../onnx/passes/optimise.ts';
import { writeSafetensors } from '../weights/safetensors.ts';
import type { CardSection } from './card.ts';
import { type GatheredWeights, gatherWeights } from './gather-weights.ts';
import { modelFileOf, writePapers } from './write-folder.ts';

const WEIGHTS_FILE = 'weights.safetensors';

/**
 * Builds a classifier from its parts and writes it into an empty folder: the .onnx file that the app runs, its weights
 * under our own names, manifest and card. Throws UsageError, GraphError, WeightsError or NotFoundError.
 */
export async function buildModel(folder: string, order: ModelBuild): Promise<BuildReport> {
  const config = composeClassifier(order.choice);
  const specs = parametersOf(classifier, config);
  const gathered = await gatherWeights(specs, order.sources);
  const { tensors, reports, drawn } = gathered;
  const metadata = { classes: JSON.stringify(order.choice.classes) };
  const graph = classifierGraph(config, { weightOf: ({ key }) => tensors.get(key)!, opset: order.opset, metadata });
  const spec = specOf(order, config, graph);
  writeModel(optimise(graph), join(folder, modelFileOf(spec)));
  writeSafetensors(join(folder, WEIGHTS_FILE), tensors);
  await writePapers(folder, spec, aboutBuild(order, spec, gathered));
  return { parameters: parameterCount(specs), weights: [...reports], drawn: [...drawn] };
}

function specOf(
  { name, choice, licence, source, trainedOn }: ModelBuild,
  config: ClassifierConfig,
  graph: Graph,
): ModelSpec {
  const { channels, input } = config;
  const each = (value: number): number[] => Array.from({ length: channels }, () => value);
  return {
    name,
    input: {
      name: graph.inputs[0]!.name,
      dtype: 'uint8',
      layout: 'NCHW',
      width: input,
      height: input,
      colour: channels === 1 ? 'grey' : 'rgb',
      channels,
      scale: 1,
      mean: each(0),
      std: each(1),
    },
    outputs: Object.fromEntries([...graph.outputs.keys()].map((output) => [output, output])),
    classes: choice.classes,
    classOverrides: {},
    licence,
    source,
    trainedOn,
    pipeline: pipelineWords(config),
    metrics: null,
    network: { kind: classifier.kind, config, weights: WEIGHTS_FILE },
  };
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
