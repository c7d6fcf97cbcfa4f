import type { MaskSpec, ParameterSpec, Scope } from '../nets/scope.ts';
import { gradients } from '../onnx/autodiff.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { type Pack, packLength, packValues, unpackValue } from './pack.ts';
import { PartlyTrainedScope } from './partly-trained.ts';
import type { UpdatePlan } from './plan.ts';

/** The vectors that steps change, as a graph is fed them; the trained tensors one a group. */
export interface FedModel {
  readonly weights: readonly Value[];
  readonly buffers: Value | null;
}

export const feedPack = (graph: Graph, pack: Pack, name: string): Value =>
  graph.input(name, 'float32', [packLength(pack)]);

/** Adds the inputs `weights.GROUP` and `buffers`. */
export const feedModel = (graph: Graph, { layout }: UpdatePlan): FedModel => ({
  weights: layout.groups.map((group) => feedPack(graph, group, `weights.${group.name}`)),
  buffers: layout.buffers && feedPack(graph, layout.buffers, 'buffers'),
});

/** A place to build a run's network in, and what building it leaves behind. */
export interface OpenNetwork {
  readonly scope: Scope;
  readonly masks: readonly MaskSpec[];
  /** New values of running statistics, by key. */
  readonly updates: ReadonlyMap<string, Value>;
  /** Every tensor of the network, by key. */
  readonly tensors: ReadonlyMap<string, Value>;
}

/** A scope whose tensors are the fed ones where they are trained, else constants. */
export function openNetwork(
  graph: Graph,
  { layout, weights }: UpdatePlan,
  fed: FedModel,
  training: boolean,
): OpenNetwork {
  const tensors = new Map<string, Value>();
  const unpack = (pack: Pack, packed: Value): void => {
    for (const [key, value] of unpackValue(pack, packed)) tensors.set(key, value);
  };
  for (const [index, group] of layout.groups.entries()) unpack(group, fed.weights[index]!);
  if (layout.buffers !== null) unpack(layout.buffers, fed.buffers!);
  const tensorOf = ({ key }: ParameterSpec): Value => {
    const value = tensors.get(key) ?? graph.constant(weights.get(key)!, key);
    tensors.set(key, value);
    return value;
  };
  const masks: MaskSpec[] = [];
  const updates = new Map<string, Value>();
  const isTraining = training ? layout.isTraining : () => false;
  const scope = new PartlyTrainedScope({ graph, training, tensorOf, masks, updates }, isTraining);
  return { scope, masks, updates, tensors };
}

export interface LossGradient {
  readonly loss: Value;
  /** A vector a group. */
  readonly gradients: readonly Value[];
  /** The running statistics after the step. */
  readonly buffers: Value | null;
  readonly masks: readonly MaskSpec[];
}

/** Adds the gradient of a loss in the trained tensors alone. */
export function lossGradient(
  graph: Graph,
  { layout }: UpdatePlan,
  { tensors, updates, masks }: OpenNetwork,
  loss: Value,
): LossGradient {
  const keys = layout.groups.flatMap(({ entries }) => entries.map(({ key }) => key));
  const wrt = keys.map((key) => tensors.get(key)!);
  const found = new Map(gradients(graph, loss, wrt).map((gradient, index) => [keys[index]!, gradient]));
  return {
    loss,
    gradients: layout.groups.map((group) => packValues(group, (key) => found.get(key)!)),
    buffers: layout.buffers && packValues(layout.buffers, (key) => updates.get(key)!),
    masks,
  };
}
