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
    const { loss, lossSettings } = plan;
    const open = openNetwork(graph, plan, fed, true);
    const logits = logitsOf(graph, plan, open, size);
    const targets = graph.input('targets', 'float32', logits.shape);
    const prior = loss.usesPrior ? graph.input('prior', 'float32', logits.shape) : null;
    const shares = graph.input('shares', 'float32', [size]);
    const mean = reduceSum(mul(loss.perFace({ logits, targets, prior }, lossSettings), shares));
    return lossGradient(graph, plan, open, mean);
  },
  buildEvaluation: (graph: Graph, fed: FedModel) =>
    void graph.output('logits', logitsOf(graph, plan, openNetwork(graph, plan, fed, false), 'n')),
  feeds: (batch, part) => batchFeeds(plan, batch, part),
});

function logitsOf(graph: Graph, { config }: TrainingPlan, { scope }: OpenNetwork, batch: Dim): Value {
  const pixels = graph.input('pixels', 'uint8', [batch, ...classifier.inputShape(config)]);
  return classifier.build(scope, config, pixels).output;
}
