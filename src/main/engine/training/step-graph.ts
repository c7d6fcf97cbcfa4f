import type { MaskSpec } from '../nets/scope.ts';
import { Graph } from '../onnx/graph.ts';
import { add } from '../onnx/ops/arithmetic.ts';
import { optimise } from '../onnx/passes/optimise.ts';
import { feedModel, feedPack } from './model-graph.ts';
import type { Objective } from './objective.ts';
import type { UpdatePlan } from './plan.ts';
import { buildUpdate } from './update-graph.ts';

/** A graph with the random masks that it must be fed. */
export interface MaskedGraph {
  readonly graph: Graph;
  readonly masks: readonly MaskSpec[];
}

type Loss = Pick<Objective<never>, 'buildLoss'>;

/** A whole step of `batch` items: forward, loss, gradients, optimiser. Its names are those of the two halves below. */
export function stepGraph(plan: UpdatePlan, objective: Loss, batch: number): MaskedGraph {
  const graph = new Graph();
  const fed = feedModel(graph, plan);
  const { loss, masks, ...found } = objective.buildLoss(graph, fed, batch);
  graph.output('loss', loss);
  if (found.buffers !== null) graph.output('next.buffers', found.buffers);
  buildUpdate(graph, plan, fed, found);
  return { graph: optimise(graph), masks };
}

/** A step's first half for `batch` of its items: adds their gradients to `sums.GROUP`, their loss is the output `loss`. */
export function gradientGraph(plan: UpdatePlan, objective: Loss, batch: number): MaskedGraph {
  const graph = new Graph();
  const fed = feedModel(graph, plan);
  const { loss, masks, gradients, buffers } = objective.buildLoss(graph, fed, batch);
  graph.output('loss', loss);
  if (buffers !== null) graph.output('next.buffers', buffers);
  for (const [index, group] of plan.layout.groups.entries()) {
    const name = `sums.${group.name}`;
    graph.output(`next.${name}`, add(feedPack(graph, group, name), gradients[index]!));
  }
  return { graph: optimise(graph), masks };
}

/** A step's second half: the optimiser's step by the gradients in `sums.GROUP`. */
export function applyGraph(plan: UpdatePlan): Graph {
  const graph = new Graph();
  const fed = feedModel(graph, plan);
  const gradients = plan.layout.groups.map((group) => feedPack(graph, group, `sums.${group.name}`));
  buildUpdate(graph, plan, fed, { gradients, buffers: fed.buffers });
  return optimise(graph);
}

/** The network over any number of items, in inference mode. */
export function evaluationGraph(plan: UpdatePlan, objective: Pick<Objective<never>, 'buildEvaluation'>): Graph {
  const graph = new Graph();
  objective.buildEvaluation(graph, feedModel(graph, plan));
  return optimise(graph);
}
