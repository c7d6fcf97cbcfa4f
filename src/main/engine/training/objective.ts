import type { Graph } from '../onnx/graph.ts';
import type { BatchPart, Feeds } from './feeds.ts';
import type { FedModel, LossGradient } from './model-graph.ts';

/** What a run learns: a network, and a loss over batches of a kind. */
export interface Objective<Batch extends { readonly size: number }> {
  /** Adds the network over `size` items in training mode, its mean loss, and the loss's gradient. */
  buildLoss(graph: Graph, fed: FedModel, size: number): LossGradient;
  /** Adds the network over any number of items in inference mode, its inputs and named outputs. */
  buildEvaluation(graph: Graph, fed: FedModel): void;
  /** What `buildLoss` is fed for a part of a batch: losses and gradients of the parts add up to the batch's. */
  feeds(batch: Batch, part: BatchPart): Feeds;
}
