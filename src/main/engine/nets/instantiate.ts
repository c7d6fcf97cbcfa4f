import { Graph, type Value } from '../onnx/graph.ts';
import type { Dim } from '../onnx/shape.ts';
import type { TensorData } from '../onnx/tensor.ts';
import type { NetDefinition, NetOutputs } from './net.ts';
import { type MaskSpec, type ParameterSpec, Scope } from './scope.ts';

export interface InstantiateOptions {
  /** Faces at once: a number, or a symbol such as 'n' left open for inference. */
  readonly batch: Dim;
  readonly training?: boolean;
  /** A tensor that stays an input of the graph under its key, to be fed at each run, rather than a stored constant. */
  readonly isFed?: (spec: ParameterSpec) => boolean;
  /** The numbers of a tensor that is stored; asked for only where `isFed` says no. */
  readonly weightOf?: (spec: ParameterSpec) => TensorData;
  readonly opset?: number;
}

/** A network in a graph of its own, with the names by which it is fed and read. */
export interface NetInstance {
  readonly graph: Graph;
  readonly input: Value;
  readonly outputs: NetOutputs;
  /** Every tensor that was asked for, by key, in the order of the network. */
  readonly tensors: ReadonlyMap<string, Value>;
  readonly specs: readonly ParameterSpec[];
  readonly masks: readonly MaskSpec[];
  /** New values of buffers after a training step, by key. */
  readonly updates: ReadonlyMap<string, Value>;
}

/** Builds a network in a new graph whose image input is called `input`. Without weights every tensor is fed. */
export function instantiate<Config>(
  definition: NetDefinition<Config>,
  config: Config,
  { batch, training = false, isFed, weightOf, opset }: InstantiateOptions,
): NetInstance {
  const graph = new Graph(opset);
  const input = graph.input('input', 'float32', [batch, ...definition.inputShape(config)]);
  const tensors = new Map<string, Value>();
  const specs: ParameterSpec[] = [];
  const masks: MaskSpec[] = [];
  const updates = new Map<string, Value>();
  const tensorOf = (spec: ParameterSpec): Value => {
    const known = tensors.get(spec.key);
    if (known !== undefined) return known;
    const stored = weightOf !== undefined && !isFed?.(spec);
    const value = stored ? graph.constant(weightOf(spec), spec.key) : graph.input(spec.key, 'float32', spec.shape);
    tensors.set(spec.key, value);
    specs.push(spec);
    return value;
  };
  const scope = new Scope({ graph, training, tensorOf, masks, updates });
  const outputs = definition.build(scope, config, input);
  return { graph, input, outputs, tensors, specs, masks, updates };
}

/** The tensors that a network of this config has: keys, shapes and how each starts. */
export const parametersOf = <Config>(definition: NetDefinition<Config>, config: Config): readonly ParameterSpec[] =>
  instantiate(definition, config, { batch: 1 }).specs;
