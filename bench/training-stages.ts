import { classified, classifier, preparedFace, resizedFace } from '../src/main/engine/nets/classifier.ts';
import { gradients } from '../src/main/engine/onnx/autodiff.ts';
import { Graph, type Value } from '../src/main/engine/onnx/graph.ts';
import { optimise } from '../src/main/engine/onnx/passes/optimise.ts';
import { elementCount, type TensorData } from '../src/main/engine/onnx/tensor.ts';
import type { Batch } from '../src/main/engine/training/batch.ts';
import { meanLoss } from '../src/main/engine/training/classifier-objective.ts';
import { batchFeeds, type Feeds, maskFeeds, scalarFeeds } from '../src/main/engine/training/feeds.ts';
import { feedModel, type OpenNetwork, openNetwork } from '../src/main/engine/training/model-graph.ts';
import { zerosFor } from '../src/main/engine/training/pack.ts';
import { planOf, type TrainingPlan } from '../src/main/engine/training/plan.ts';
import { applyGraph } from '../src/main/engine/training/step-graph.ts';
import type { StepSettings, TrainerOptions } from '../src/main/engine/training/trainer.ts';
import { firstVectors } from '../src/main/engine/training/vectors.ts';

/** A part of a step as a graph of its own, and what to feed it. */
export interface Stage {
  readonly name: string;
  readonly graph: Graph;
  readonly feeds: Feeds;
}

/**
 * A step of the onnx trainer cut in four: super-resolution forward; resizer forward and back to its weights; backbone,
 * head and loss forward and back to their weights and to the face; the optimiser.
 */
export function stagesOf(options: TrainerOptions, batch: Batch, settings: StepSettings): readonly Stage[] {
  const plan = planOf(options);
  const face = faceGraph(plan, batch.size);
  const feeds = { ...firstVectors(plan), ...batchFeeds(plan, batch, { start: 0, end: batch.size }) };
  const zeros = Object.fromEntries(plan.layout.groups.map((group) => [`sums.${group.name}`, zerosFor(group)]));
  return [
    stage('super-resolution', face.graph, feeds),
    stage('resizer', resizerGraph(plan, face.shape), feeds),
    stageWithMasks('backbone, head, loss', plan, batch.size, feeds),
    stage('optimiser', applyGraph(plan), { ...feeds, ...zeros, ...scalarFeeds(plan, 1, settings) }),
  ];
}

/** The graph with what it needs of the feeds, and noise for what is not among them. */
function stage(name: string, built: Graph, feeds: Feeds): Stage {
  const graph = optimise(built);
  const own = graph.inputs.map((input) => [input.name, feeds[input.name] ?? noise(input.staticShape)]);
  return { name, graph, feeds: Object.fromEntries(own) };
}

function faceGraph(plan: TrainingPlan, size: number): { readonly graph: Graph; readonly shape: readonly number[] } {
  const graph = new Graph();
  const { scope } = openNetwork(graph, plan, feedModel(graph, plan), true);
  const pixels = graph.input('pixels', 'uint8', [size, ...classifier.inputShape(plan.config)]);
  const face = preparedFace(scope, plan.config, pixels);
  graph.output('face', face);
  return { graph, shape: face.staticShape };
}

function resizerGraph(plan: TrainingPlan, shape: readonly number[]): Graph {
  const graph = new Graph();
  const open = openNetwork(graph, plan, feedModel(graph, plan), true);
  const image = resizedFace(open.scope, plan.config, graph.input('face', 'float32', shape));
  const cotangent = graph.input('cotangent', 'float32', image.shape);
  outputGradients(graph, image, trainedOf(plan, open, 'resizer.'), cotangent);
  return graph;
}

function stageWithMasks(name: string, plan: TrainingPlan, size: number, feeds: Feeds): Stage {
  const graph = new Graph();
  const open = openNetwork(graph, plan, feedModel(graph, plan), true);
  const resized = resizedFaceShape(plan, size);
  const image = graph.input('image', 'float32', resized);
  const loss = meanLoss(plan, classified(open.scope, plan.config, image).output);
  graph.output('loss', loss);
  outputGradients(graph, loss, [image, ...trainedOf(plan, open, 'backbone.', 'head.')]);
  return stage(name, graph, { ...feeds, ...maskFeeds(open.masks, 1, 0) });
}

function resizedFaceShape(plan: TrainingPlan, size: number): readonly number[] {
  const graph = new Graph();
  const { scope } = openNetwork(graph, plan, feedModel(graph, plan), true);
  const pixels = graph.input('pixels', 'uint8', [size, ...classifier.inputShape(plan.config)]);
  return resizedFace(scope, plan.config, preparedFace(scope, plan.config, pixels)).staticShape;
}

const trainedOf = (
  { layout }: TrainingPlan,
  { tensors }: OpenNetwork,
  ...prefixes: readonly string[]
): readonly Value[] =>
  layout.groups
    .flatMap(({ entries }) => entries.map(({ key }) => key))
    .filter((key) => prefixes.some((prefix) => key.startsWith(prefix)))
    .map((key) => tensors.get(key)!);

function outputGradients(graph: Graph, of: Value, wrt: readonly Value[], cotangent?: Value): void {
  for (const [index, gradient] of gradients(graph, of, wrt, cotangent).entries()) {
    graph.output(`gradient.${index}`, gradient);
  }
}

function noise(shape: readonly number[]): TensorData {
  const data = Float32Array.from({ length: elementCount(shape) }, (_, index) => Math.sin(index * 1.618 + (index % 7)));
  return { dtype: 'float32', shape, data };
}
