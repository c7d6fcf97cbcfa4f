import type { Graph, Value } from '../onnx/graph.ts';
import { add, div, minimum, mul, sqrt, sub } from '../onnx/ops/arithmetic.ts';
import { reduceSumSquare } from '../onnx/ops/reduce.ts';
import { type FedModel, feedPack } from './model-graph.ts';
import type { UpdatePlan } from './plan.ts';

/** Keeps the scale finite where the gradient is zero, as PyTorch's clip_grad_norm_ does. */
const NORM_EPSILON = 1e-6;

export interface UpdateOptions {
  readonly gradients: readonly Value[];
  /** The running statistics after the step. */
  readonly buffers: Value | null;
}

/**
 * Adds one optimiser step: the output `gradient_norm`, and for each vector that changes its new value as `next.` and
 * its name. Inputs: `moments.MOMENT.GROUP`, with averages `ema.GROUP` and `ema.buffers`, and the scalars
 * `learning_rate.PART`, `coefficient.NAME`, `clip_norm` and `ema_kept`.
 */
export function buildUpdate(graph: Graph, plan: UpdatePlan, fed: FedModel, options: UpdateOptions): void {
  const { layout, optimizer, optimizerSettings } = plan;
  const scalar = (name: string): Value => graph.input(name, 'float32', []);
  const clipped = clip(graph, options.gradients, scalar('clip_norm'));
  const coefficientNames = Object.keys(optimizer.coefficients(1, optimizerSettings));
  const coefficients = byName(coefficientNames, (name) => scalar(`coefficient.${name}`));
  const parts = [...new Set(layout.groups.map(({ learningRate }) => learningRate))];
  const rates = byName(parts, (part) => scalar(`learning_rate.${part}`));
  const kept = plan.averages ? scalar('ema_kept') : null;
  for (const [index, group] of layout.groups.entries()) {
    const moments = byName(optimizer.moments, (name) => feedPack(graph, group, `moments.${name}.${group.name}`));
    const update = optimizer.update(
      {
        weights: fed.weights[index]!,
        gradient: clipped[index]!,
        moments,
        learningRate: rates[group.learningRate]!,
        coefficients,
        weightDecay: group.decays ? optimizerSettings.weightDecay : 0,
      },
      optimizerSettings,
    );
    graph.output(`next.weights.${group.name}`, update.weights);
    for (const [name, moment] of Object.entries(update.moments)) {
      graph.output(`next.moments.${name}.${group.name}`, moment);
    }
    if (kept !== null) average(graph, feedPack(graph, group, `ema.${group.name}`), update.weights, kept);
  }
  if (kept !== null && layout.buffers !== null) {
    average(graph, feedPack(graph, layout.buffers, 'ema.buffers'), options.buffers!, kept);
  }
}

/** Scales gradients whose common norm is greater than `most` down to it (Pascanu et al. 2013). */
function clip(graph: Graph, gradients: readonly Value[], most: Value): readonly Value[] {
  const squares = gradients.map((gradient) => reduceSumSquare(gradient));
  const norm = graph.output('gradient_norm', sqrt(squares.reduce((sum, square) => add(sum, square))));
  const scale = minimum(div(most, add(norm, NORM_EPSILON)), 1);
  return gradients.map((gradient) => mul(gradient, scale));
}

/** Moves an average towards a value: of the difference, `kept` stays. */
function average(graph: Graph, old: Value, value: Value, kept: Value): void {
  graph.output(`next.${old.name}`, add(value, mul(sub(old, value), kept)));
}

const byName = <T>(names: readonly string[], make: (name: string) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(names.map((name) => [name, make(name)]));
