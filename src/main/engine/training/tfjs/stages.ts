import { backboneSide, classified, classifier, preparedFace, resizedFace } from '../../nets/classifier.ts';
import { gradients } from '../../onnx/autodiff.ts';
import { Graph, type Value } from '../../onnx/graph.ts';
import { transpose } from '../../onnx/ops/shaping.ts';
import { optimise } from '../../onnx/passes/optimise.ts';
import { pruneDead } from '../../onnx/passes/prune.ts';
import { meanLoss } from '../classifier-objective.ts';
import { feedModel, openNetwork } from '../model-graph.ts';
import type { TrainingPlan } from '../plan.ts';
import type { MaskedGraph } from '../step-graph.ts';

/** TensorFlow.js keeps an image's channels last. */
const channelsLast = (x: Value): Value => transpose(x, [0, 2, 3, 1]);
const channelsFirst = (x: Value): Value => transpose(x, [0, 3, 1, 2]);

/** What stands before the resizer and is not trained: `pixels` to `face`, N×S×S×1 or 3. */
export function preparingGraph(plan: TrainingPlan): Graph {
  const graph = new Graph();
  const { scope } = openNetwork(graph, plan, feedModel(graph, plan), false);
  const pixels = graph.input('pixels', 'uint8', ['n', ...classifier.inputShape(plan.config)]);
  graph.output('face', channelsLast(preparedFace(scope, plan.config, pixels)));
  return needed(graph);
}

/**
 * The backbone over `size` resized faces: from `image`, N×side×side×3, to `features`, what the head takes, and
 * `image_gradient`, the derivative of the mean loss in the image, for which head and loss are in the graph as well.
 */
export function backboneGraph(plan: TrainingPlan, size: number): MaskedGraph {
  const graph = new Graph();
  const { scope, masks } = openNetwork(graph, plan, feedModel(graph, plan), true);
  const side = backboneSide(plan.config);
  const image = graph.input('image', 'float32', [size, side, side, 3]);
  const { output, embedding } = classified(scope, plan.config, channelsFirst(image));
  const [gradient] = gradients(graph, meanLoss(plan, output), [image]);
  graph.output('features', embedding!);
  graph.output('image_gradient', gradient!);
  return { graph: needed(graph), masks };
}

/** Where the head alone is trained, all before it: `pixels` of `size` faces to `features`. */
export function featuresGraph(plan: TrainingPlan, size: number): MaskedGraph {
  const graph = new Graph();
  const { scope, masks } = openNetwork(graph, plan, feedModel(graph, plan), true);
  const pixels = graph.input('pixels', 'uint8', [size, ...classifier.inputShape(plan.config)]);
  const image = resizedFace(scope, plan.config, preparedFace(scope, plan.config, pixels));
  graph.output('features', classified(scope, plan.config, image).embedding!);
  return { graph: needed(graph), masks };
}

/** The mean loss of `logits`, N×C, as `loss`; its other inputs are those of the objective. */
export function lossGraph(plan: TrainingPlan, size: number): Graph {
  const graph = new Graph();
  graph.output('loss', meanLoss(plan, graph.input('logits', 'float32', [size, plan.config.num_classes])));
  return optimise(graph);
}

const needed = (graph: Graph): Graph => pruneDead(optimise(graph), { keepInputs: false });
