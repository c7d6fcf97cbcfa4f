import { classifier } from '../nets/classifier.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { mul } from '../onnx/ops/arithmetic.ts';
import { reduceSum } from '../onnx/ops/reduce.ts';
import type { Dim } from '../onnx/shape.ts';
import type { Batch } from './batch.ts';
import { batchFeeds } from './feeds.ts';
import { type FedModel, lossGradient, type OpenNetwork, openNetwork } from './model-graph.ts';
import type { Objective } from './objective.ts';
import type { TrainingPlan } from './plan.ts';

/**
 * A classifier's loss of the registry, averaged over faces. Inputs besides `pixels`, bytes of a shape that the config
 * gives, and masks: `targets` N×C, `prior` N×C where the loss uses one, and `shares`, N parts of each face in the mean.
 * Evaluation goes from `pixels` to `logits`.
 */
export const classifierObjective = (plan: TrainingPlan): Objective<Batch> => ({
  buildLoss(graph, fed, size) {
    const open = openNetwork(graph, plan, fed, true);
    return lossGradient(graph, plan, open, meanLoss(plan, logitsOf(graph, plan, open, size)));
  },
  buildEvaluation: (graph: Graph, fed: FedModel) =>
    void graph.output('logits', logitsOf(graph, plan, openNetwork(graph, plan, fed, false), 'n')),
  feeds: (batch, part) => batchFeeds(plan, batch, part),
});

/** Adds the inputs `targets`, `shares` and, where the loss uses one, `prior`, and the mean loss of N×C logits. */
export function meanLoss({ loss, lossSettings }: TrainingPlan, logits: Value): Value {
  const { graph, shape } = logits;
  const targets = graph.input('targets', 'float32', shape);
  const prior = loss.usesPrior ? graph.input('prior', 'float32', shape) : null;
  const shares = graph.input('shares', 'float32', [shape[0]!]);
  return reduceSum(mul(loss.perFace({ logits, targets, prior }, lossSettings), shares));
}

function logitsOf(graph: Graph, { config }: TrainingPlan, { scope }: OpenNetwork, batch: Dim): Value {
  const pixels = graph.input('pixels', 'uint8', [batch, ...classifier.inputShape(config)]);
  return classifier.build(scope, config, pixels).output;
}
