import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { ModelError, NotFoundError } from '../../../shared/errors.ts';
import type { ModelNetwork, ModelSpec } from '../../../shared/model-spec.ts';
import { type ClassifierConfig, classifier } from '../nets/classifier.ts';
import { classifierGraph } from '../nets/classifier-graph.ts';
import { parametersOf } from '../nets/instantiate.ts';
import { configFor } from '../nets/registry.ts';
import { encodeGraph } from '../onnx/encode.ts';
import { readModel } from '../onnx/format/model-file.ts';
import type { Graph } from '../onnx/graph.ts';
import { optimise } from '../onnx/passes/optimise.ts';
import { matchWeights } from '../weights/key-tables.ts';
import { loadSafetensors } from '../weights/safetensors.ts';
import type { Weights } from '../weights/weights-file.ts';

/** Whether a model is kept as its weights alone, with a manifest beside them that says of what network they are. */
export const isWeightsAlone = (file: string): boolean => extname(file).toLowerCase() === '.safetensors';

/** What of a spec is needed to build its graph. */
export type BuildableSpec = Pick<ModelSpec, 'network'> & { readonly input: Pick<ModelSpec['input'], 'dtype'> };

/** The network that a spec says its model was built from. Throws ModelError where it says of none that is known. */
export function networkOf(file: string, network: ModelNetwork | undefined): ClassifierConfig {
  if (network?.kind === classifier.kind) return configFor(classifier, network.config);
  throw new ModelError(`The model ${file} says not of what network it is.`, {
    file,
    field: 'network',
    remedy: 'Put its manifest.json beside it, or build it with `models build` from its weights.',
  });
}

/** The float32 weights of a network from a safetensors file, half ones widened. Throws WeightsError, NotFoundError. */
export const networkWeights = (file: string, config: ClassifierConfig): Weights =>
  matchWeights(parametersOf(classifier, config), loadSafetensors(file), { source: file }).tensors;

/** A model's graph: as its file has it, or built from its network and weights. Throws ModelError, WeightsError, GraphError. */
export function graphOfModel(file: string, { network, input }: BuildableSpec): Graph {
  if (!isWeightsAlone(file)) return readModel(file);
  refuseMissing(file);
  const config = networkOf(file, network);
  const weights = networkWeights(file, config);
  return optimise(classifierGraph(config, { weightOf: ({ key }) => weights.get(key)!, pixels: input.dtype }));
}

/** What ONNX Runtime loads of a model: its file, or the bytes of the graph that is built of its weights. */
export const runnable = (file: string, spec: BuildableSpec): string | Uint8Array =>
  isWeightsAlone(file) ? encodeGraph(graphOfModel(file, spec)) : file;

function refuseMissing(file: string): void {
  if (!existsSync(file)) throw new NotFoundError(`There is no model file ${file}.`, { file });
}
