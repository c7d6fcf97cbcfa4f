import { join } from 'node:path';
import type { ModelSpec } from '../../../shared/model-spec.ts';
import { type ClassifierConfig, classifier } from '../nets/classifier.ts';
import { type ClassifierGraphOptions, classifierGraph } from '../nets/classifier-graph.ts';
import { pipelineWords } from '../nets/pipeline-words.ts';
import { writeModel } from '../onnx/format/model-file.ts';
import type { Graph } from '../onnx/graph.ts';
import { optimise } from '../onnx/passes/optimise.ts';
import { writeSafetensors } from '../weights/safetensors.ts';
import type { Weights } from '../weights/weights-file.ts';
import { metadataOf } from './metadata.ts';
import { modelFileOf } from './write-folder.ts';

export const WEIGHTS_FILE = 'weights.safetensors';

/** What a classifier's maker states of it; the rest of its spec follows from its network. */
export type StatedFacts = Pick<
  ModelSpec,
  'name' | 'classes' | 'classOverrides' | 'licence' | 'source' | 'trainedOn' | 'metrics' | 'training'
>;

export interface WrittenClassifier extends StatedFacts {
  readonly config: ClassifierConfig;
  /** Every tensor of the network by key. */
  readonly tensors: Weights;
  readonly opset?: number | undefined;
}

/** Writes a classifier's .onnx file and its weights under our own names into a folder; returns the spec they have. */
export function writeClassifier(folder: string, written: WrittenClassifier): ModelSpec {
  const { tensors, opset } = written;
  const spec = classifierSpec(written, 'uint8');
  writeModel(classifierModel(written, spec, { opset }), join(folder, modelFileOf(spec)));
  writeSafetensors(join(folder, WEIGHTS_FILE), tensors);
  return spec;
}

/** The graph of a classifier's .onnx file, which says of itself what the spec does. */
export const classifierModel = (
  { config, tensors }: Pick<WrittenClassifier, 'config' | 'tensors'>,
  spec: ModelSpec,
  { version, ...options }: Pick<ClassifierGraphOptions, 'opset' | 'half'> & { readonly version?: string },
): Graph =>
  optimise(
    classifierGraph(config, {
      ...options,
      weightOf: ({ key }) => tensors.get(key)!,
      pixels: spec.input.dtype,
      metadata: metadataOf(spec, version),
    }),
  );

/** The whole spec of a classifier whose pixels are bytes, or numbers from 0 to 1. */
export function classifierSpec(written: Omit<WrittenClassifier, 'tensors'>, dtype: 'uint8' | 'float32'): ModelSpec {
  const { name, classes, classOverrides, licence, source, trainedOn, metrics, training, config } = written;
  const { channels } = config;
  const each = (value: number): number[] => Array.from({ length: channels }, () => value);
  return {
    name,
    input: {
      name: 'pixels',
      dtype,
      layout: 'NCHW',
      width: config.input,
      height: config.input,
      colour: channels === 1 ? 'grey' : 'rgb',
      channels,
      scale: dtype === 'uint8' ? 1 : 1 / 255,
      mean: each(0),
      std: each(1),
    },
    outputs: { probabilities: 'probabilities', logits: 'logits', embedding: 'embedding' },
    classes,
    classOverrides,
    licence,
    source,
    trainedOn,
    pipeline: pipelineWords(config),
    metrics,
    ...(training !== undefined && { training }),
    network: { kind: classifier.kind, config, weights: WEIGHTS_FILE },
  };
}
