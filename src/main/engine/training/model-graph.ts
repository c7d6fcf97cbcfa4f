import { classifier } from '../nets/classifier.ts';
import type { MaskSpec, ParameterSpec } from '../nets/scope.ts';
import { gradients } from '../onnx/autodiff.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { mul } from '../onnx/ops/arithmetic.ts';
import { reduceSum } from '../onnx/ops/reduce.ts';
import type { Dim } from '../onnx/shape.ts';
import { type Pack, packLength, packValues, unpackValue } from './pack.ts';
import { PartlyTrainedScope } from './partly-trained.ts';
import type { TrainingPlan } from './plan.ts';

/** The vectors that steps change, as a graph is fed them; the trained tensors one a group. */
export interface FedModel {
  readonly weights: readonly Value[];
  readonly buffers: Value | null;
}

export const feedPack = (graph: Graph, pack: Pack, name: string): Value =>
  graph.input(name, 'float32', [packLength(pack)]);

/** Adds the inputs `weights.GROUP` and `buffers`. */
export const feedModel = (graph: Graph, { layout }: TrainingPlan): FedModel => ({
  weights: layout.groups.map((group) => feedPack(graph, group, `weights.${group.name}`)),
  buffers: layout.buffers && feedPack(graph, layout.buffers, 'buffers'),
});

interface BuiltModel {
  /** N×C. */
  readonly logits: Value;
  readonly masks: readonly MaskSpec[];
  /** New values of running statistics, by key. */
  readonly updates: ReadonlyMap<string, Value>;
  /** Every tensor of the network, by key. */
  readonly tensors: ReadonlyMap<string, Value>;
}

/** Adds the input `pixels`, bytes of a shape that the config gives, and the network over it. */
export function buildModel(
  graph: Graph,
  { config, layout, weights }: TrainingPlan,
  fed: FedModel,
  { batch, training }: { readonly batch: Dim; readonly training: boolean },
): BuiltModel {
  const pixels = graph.input('pixels', 'uint8', [batch, ...classifier.inputShape(config)]);
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
  return { logits: classifier.build(scope, config, pixels).output, masks, updates, tensors };
}

interface LossGradient {
  readonly loss: Value;
  /** A vector a group. */
  readonly gradients: readonly Value[];
  /** The running statistics after the step. */
  readonly buffers: Value | null;
  readonly masks: readonly MaskSpec[];
}

/**
 * Adds the network in training mode, its loss and the loss's gradient in the trained tensors alone. Inputs besides
 * `pixels` and masks: `targets` N×C, `prior` N×C where the loss uses one, and `shares`, N parts of each face in the
 * mean that the loss is.
 */
export function buildLoss(graph: Graph, plan: TrainingPlan, fed: FedModel, batch: number): LossGradient {
  const { layout, loss, lossSettings } = plan;
  const { logits, masks, updates, tensors } = buildModel(graph, plan, fed, { batch, training: true });
  const targets = graph.input('targets', 'float32', logits.shape);
  const prior = loss.usesPrior ? graph.input('prior', 'float32', logits.shape) : null;
  const shares = graph.input('shares', 'float32', [batch]);
  const mean = reduceSum(mul(loss.perFace({ logits, targets, prior }, lossSettings), shares));
  const keys = layout.groups.flatMap(({ entries }) => entries.map(({ key }) => key));
  const wrt = keys.map((key) => tensors.get(key)!);
  const found = new Map(gradients(graph, mean, wrt).map((gradient, index) => [keys[index]!, gradient]));
  return {
    loss: mean,
    gradients: layout.groups.map((group) => packValues(group, (key) => found.get(key)!)),
    buffers: layout.buffers && packValues(layout.buffers, (key) => updates.get(key)!),
    masks,
  };
}
