import { join } from 'node:path';
import type { ModelSpec } from '../../../shared/model-spec.ts';
import { type ClassifierConfig, classifier } from '../nets/classifier.ts';
import { classifierGraph } from '../nets/classifier-graph.ts';
import { pipelineWords } from '../nets/pipeline-words.ts';
import { writeModel } from '../onnx/format/model-file.ts';
import { optimise } from '../onnx/passes/optimise.ts';
import { writeSafetensors } from '../weights/safetensors.ts';
import type { Weights } from '../weights/weights-file.ts';
import { modelFileOf } from './write-folder.ts';

const WEIGHTS_FILE = 'weights.safetensors';

type StatedFacts = Pick<
  ModelSpec,
  'name' | 'classes' | 'classOverrides' | 'licence' | 'source' | 'trainedOn' | 'metrics'
>;

export interface WrittenClassifier extends StatedFacts {
  readonly config: ClassifierConfig;
  /** Every tensor of the network by key. */
  readonly tensors: Weights;
  readonly opset?: number | undefined;
}

/** Writes a classifier's .onnx file and its weights under our own names into a folder; returns the spec they have. */
export function writeClassifier(folder: string, written: WrittenClassifier): ModelSpec {
  const { config, tensors, opset, classes } = written;
  const metadata = { classes: JSON.stringify(classes) };
  const weightOf = ({ key }: { readonly key: string }) => tensors.get(key)!;
  const graph = classifierGraph(config, { weightOf, metadata, ...(opset !== undefined && { opset }) });
  const outputs = [...graph.outputs.keys()];
  const spec = specOf(written, graph.inputs[0]!.name, outputs);
  writeModel(optimise(graph), join(folder, modelFileOf(spec)));
  writeSafetensors(join(folder, WEIGHTS_FILE), tensors);
  return spec;
}

function specOf(written: WrittenClassifier, input: string, outputs: readonly string[]): ModelSpec {
  const { name, classes, classOverrides, licence, source, trainedOn, metrics, config } = written;
  const { channels } = config;
  const each = (value: number): number[] => Array.from({ length: channels }, () => value);
  return {
    name,
    input: {
      name: input,
      dtype: 'uint8',
      layout: 'NCHW',
      width: config.input,
      height: config.input,
      colour: channels === 1 ? 'grey' : 'rgb',
      channels,
      scale: 1,
      mean: each(0),
      std: each(1),
    },
    outputs: Object.fromEntries(outputs.map((output) => [output, output])),
    classes,
    classOverrides,
    licence,
    source,
    trainedOn,
    pipeline: pipelineWords(config),
    metrics,
    network: { kind: classifier.kind, config, weights: WEIGHTS_FILE },
  };
}
