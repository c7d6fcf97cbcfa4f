import { Graph, type Value } from '../onnx/graph.ts';
import { softmax } from '../onnx/ops/softmax.ts';
import type { Dim } from '../onnx/shape.ts';
import type { TensorData } from '../onnx/tensor.ts';
import { type ClassifierConfig, classifier } from './classifier.ts';
import { type ParameterSpec, Scope } from './scope.ts';

export interface ClassifierGraphOptions {
  readonly weightOf: (spec: ParameterSpec) => TensorData;
  /** Faces at once; open by default. */
  readonly batch?: Dim;
  /** What a pixel is: 0 to 255, or a number in [0, 1]. */
  readonly pixels?: 'uint8' | 'float32';
  readonly opset?: number;
  /** What the file says of itself, by name. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A classifier to be shipped: a graph from `pixels`, N×C×H×W, to `probabilities`, `logits` and `embedding`, with all
 * preparation of the face in it and its weights stored.
 */
export function classifierGraph(config: ClassifierConfig, options: ClassifierGraphOptions): Graph {
  const { weightOf, batch = 'n', pixels = 'uint8', opset, metadata = {} } = options;
  const graph = new Graph(opset, { metadata });
  const input = graph.input('pixels', pixels, [batch, ...classifier.inputShape(config)]);
  const stored = new Map<string, Value>();
  const tensorOf = (spec: ParameterSpec): Value => {
    const value = stored.get(spec.key) ?? graph.constant(weightOf(spec), spec.key);
    stored.set(spec.key, value);
    return value;
  };
  const scope = new Scope({ graph, training: false, tensorOf, masks: [], updates: new Map() });
  const { output, embedding } = classifier.build(scope, config, input);
  graph.output('probabilities', softmax(output, -1));
  graph.output('logits', output);
  if (embedding !== undefined) graph.output('embedding', embedding);
  return graph;
}
