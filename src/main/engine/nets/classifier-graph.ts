import { Graph, type Value } from '../onnx/graph.ts';
import { softmax } from '../onnx/ops/softmax.ts';
import { cutAt } from '../onnx/passes/cut.ts';
import { pickOutputs } from '../onnx/passes/pick-outputs.ts';
import { storeHalf } from '../onnx/passes/store-half.ts';
import type { Dim } from '../onnx/shape.ts';
import type { TensorData } from '../onnx/tensor.ts';
import { halfOf } from '../weights/half.ts';
import { type ClassifierConfig, classifier } from './classifier.ts';
import { type ParameterSpec, Scope } from './scope.ts';

export interface ClassifierGraphOptions {
  readonly weightOf: (spec: ParameterSpec) => TensorData;
  /** Faces at once; open by default. */
  readonly batch?: Dim;
  /** What a pixel is: 0 to 255, or a number in [0, 1]. */
  readonly pixels?: 'uint8' | 'float32';
  /** Whether matrices and kernels are stored as float16. */
  readonly half?: boolean;
  readonly opset?: number | undefined;
  /** What the file says of itself, by name. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** One part of a classifier in a graph of its own; its input has the name of the output of the part before it. */
export interface StageGraph {
  readonly name: string;
  readonly graph: Graph;
}

/** What a part's result is called. */
const HANDED_ON: Readonly<Record<string, string>> = {
  sr: 'enlarged',
  stn: 'aligned',
  resizer: 'face',
  backbone: 'embedding',
  head: 'logits',
};
const RESULTS = ['probabilities', 'logits'];

/** The parts that a classifier may have, in their order. */
export const STAGE_NAMES: readonly string[] = Object.keys(HANDED_ON);

/**
 * A classifier to be shipped: a graph from `pixels`, N×C×H×W, to `probabilities`, `logits` and `embedding`, with all
 * preparation of the face in it and its weights stored.
 */
export function classifierGraph(config: ClassifierConfig, options: ClassifierGraphOptions): Graph {
  const { graph } = assembled(config, options);
  return pickOutputs(graph, [...RESULTS, 'embedding']);
}

/**
 * The parts of the same graph, each by itself: super-resolution from `pixels` to `enlarged`, spatial transformer to
 * `aligned`, resizer to `face`, backbone to `embedding`, head to `logits` and `probabilities`, as far as it has them.
 */
export function classifierStages(config: ClassifierConfig, options: ClassifierGraphOptions): readonly StageGraph[] {
  const { graph, stages } = assembled(config, options);
  return stages.map((name, index) => {
    const isLast = index === stages.length - 1;
    const own = pickOutputs(graph, isLast ? RESULTS : [HANDED_ON[name]!]);
    const from = index === 0 ? null : HANDED_ON[stages[index - 1]!]!;
    return { name, graph: from === null ? own : cutAt(own, graph.outputs.get(from)!.name, from) };
  });
}

interface Assembled {
  readonly graph: Graph;
  readonly stages: readonly string[];
}

/** The whole graph with what each part hands on as an output too. */
function assembled(config: ClassifierConfig, options: ClassifierGraphOptions): Assembled {
  const { weightOf, batch = 'n', pixels = 'uint8', half = false, opset, metadata = {} } = options;
  const graph = new Graph(opset, { metadata });
  const input = graph.input('pixels', pixels, [batch, ...classifier.inputShape(config)]);
  const stored = new Map<string, Value>();
  const tensorOf = (spec: ParameterSpec): Value => {
    const value = stored.get(spec.key) ?? graph.constant(weightOf(spec), spec.key);
    stored.set(spec.key, value);
    return value;
  };
  const scope = new Scope({ graph, training: false, tensorOf, masks: [], updates: new Map() });
  const { output, embedding, stages } = classifier.build(scope, config, input);
  graph.output('probabilities', softmax(output, -1));
  graph.output('logits', output);
  if (embedding !== undefined) graph.output('embedding', embedding);
  for (const stage of stages!.slice(0, -1)) {
    const name = HANDED_ON[stage.name]!;
    if (!graph.outputs.has(name)) graph.output(name, stage.output);
  }
  const names = stages!.map(({ name }) => name);
  if (!half) return { graph, stages: names };
  const weights = new Set(stored.keys());
  const halved = storeHalf(graph, ({ name, constant }) => (weights.has(name) ? halfOf(constant!) : null));
  return { graph: halved, stages: names };
}
