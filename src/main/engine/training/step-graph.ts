import type { MaskSpec } from '../nets/scope.ts';
import { Graph } from '../onnx/graph.ts';
import { add } from '../onnx/ops/arithmetic.ts';
import { optimise } from '../onnx/passes/optimise.ts';
import { buildLoss, buildModel, feedModel, feedPack } from './model-graph.ts';
import type { TrainingPlan } from './plan.ts';
import { buildUpdate } from './update-graph.ts';

/** A graph with the random masks that it must be fed. */
export interface MaskedGraph {
  readonly graph: Graph;
  readonly masks: readonly MaskSpec[];
}

/** A whole step of `batch` faces: forward, loss, gradients, optimiser. Its names are those of the two halves below. */
export function stepGraph(plan: TrainingPlan, batch: number): MaskedGraph {
  const graph = new Graph();
  const fed = feedModel(graph, plan);
  const { loss, masks, ...found } = buildLoss(graph, plan, fed, batch);
  graph.output('loss', loss);
  if (found.buffers !== null) graph.output('next.buffers', found.buffers);
  buildUpdate(graph, plan, fed, found);
  return { graph: optimise(graph), masks };
}

/** A step's first half for `batch` of its faces: adds their gradients to `sums.GROUP`, their loss is the output `loss`. */
export function gradientGraph(plan: TrainingPlan, batch: number): MaskedGraph {
  const graph = new Graph();
  const fed = feedModel(graph, plan);
  const { loss, masks, gradients, buffers } = buildLoss(graph, plan, fed, batch);
  graph.output('loss', loss);
  if (buffers !== null) graph.output('next.buffers', buffers);
  for (const [index, group] of plan.layout.groups.entries()) {
    const name = `sums.${group.name}`;
    graph.output(`next.${name}`, add(feedPack(graph, group, name), gradients[index]!));
  }
  return { graph: optimise(graph), masks };
}

/** A step's second half: the optimiser's step by the gradients in `sums.GROUP`. */
export function applyGraph(plan: TrainingPlan): Graph {
  const graph = new Graph();
  const fed = feedModel(graph, plan);
  const gradients = plan.layout.groups.map((group) => feedPack(graph, group, `sums.${group.name}`));
  buildUpdate(graph, plan, fed, { gradients, buffers: fed.buffers });
  return optimise(graph);
}

/** From `pixels` of any number of faces to `logits`, in inference mode. */
export function evaluationGraph(plan: TrainingPlan): Graph {
  const graph = new Graph();
  const { logits } = buildModel(graph, plan, feedModel(graph, plan), { batch: 'n', training: false });
  graph.output('logits', logits);
  return optimise(graph);
}
