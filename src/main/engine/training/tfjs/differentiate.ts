import type { Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Graph } from '../../onnx/graph.ts';
import type { TensorData } from '../../onnx/tensor.ts';
import type { Weights } from '../../weights/weights-file.ts';
import type { Feeds } from '../feeds.ts';
import { tensorflowHead } from './head.ts';
import { TensorflowScope } from './layers.ts';
import type { Tensorflow } from './load.ts';
import { tensorflowResizer } from './resizer.ts';
import { runGraph } from './run-graph.ts';
import { record } from './tape.ts';
import { read, tensorIn } from './tensors.ts';

/** The tensors of a part and how it is built. */
export interface PartOptions {
  readonly tf: Tensorflow;
  /** All tensors of the part, running statistics included, by key. */
  readonly tensors: Weights;
  /** The keys of those that are trained. */
  readonly trained: readonly string[];
  readonly isTraining: (place: string) => boolean;
}

/** Faces on their way through the resizer, there and back. */
export interface ResizedFaces {
  /** N×side×side×3. */
  readonly image: TensorData;
  /** What training moves the resizer's running statistics to. */
  readonly updates: Weights;
  /** The loss's derivatives in the trained tensors, from its derivative in `image`. Ends it. */
  gradients(imageGradient: TensorData): Weights;
  /** Frees what the way back needs; safe to call twice. */
  end(): void;
}

/** Resizes faces, N×S×S×1 or 3, and keeps what the gradient needs until it is ended. */
export function resizeFaces(options: PartOptions, face: TensorData, side: number): ResizedFaces {
  const { tf } = options;
  const engine = tf.engine();
  engine.startScope();
  let open = true;
  const close = (): void => {
    if (open) engine.endScope();
    open = false;
  };
  try {
    const { scope, updates, trained } = openPart(options, {});
    const input = tensorIn(tf, face) as Tensor4D;
    const recording = record(tf, () => tensorflowResizer(scope.at('resizer'), input, side));
    const end = (): void => {
      recording.end();
      close();
    };
    return {
      image: read(recording.output),
      updates,
      gradients(imageGradient) {
        try {
          return gradientsByKey(options, recording.gradients(trained, tensorIn(tf, imageGradient) as Tensor4D));
        } finally {
          end();
        }
      },
      end,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** The mean loss over features, N×D, its derivatives in the head's trained tensors, and its moved statistics. */
export function headGradients(options: PartOptions, lossGraph: Graph, features: TensorData, feeds: Feeds) {
  const { tf } = options;
  return scoped(tf, () => {
    const input = tensorIn(tf, features) as Tensor2D;
    const fed = Object.fromEntries(
      lossGraph.inputs.filter(({ name }) => name !== LOGITS).map(({ name }) => [name, tensorIn(tf, feeds[name]!)]),
    );
    const open = openPart(options, feeds);
    const loss = (): Scalar =>
      runGraph(tf, lossGraph, { ...fed, [LOGITS]: tensorflowHead(open.scope, input) }).loss as Scalar;
    if (open.trained.length === 0) return { loss: numberOf(loss()), gradients: NONE, updates: NONE };
    const { value, grads } = tf.valueAndGrads(loss)(open.trained);
    return { loss: numberOf(value), gradients: gradientsByKey(options, grads), updates: open.updates };
  });
}

/** A graph's outputs for the feeds that it has inputs for. */
export const runInTensorflow = (tf: Tensorflow, graph: Graph, feeds: Feeds): Feeds =>
  scoped(tf, () => {
    const fed = Object.fromEntries(graph.inputs.map(({ name }) => [name, tensorIn(tf, feeds[name]!)]));
    return Object.fromEntries(Object.entries(runGraph(tf, graph, fed)).map(([name, tensor]) => [name, read(tensor)]));
  });

const LOGITS = 'logits';
const NONE: Weights = new Map();

function openPart({ tf, tensors, trained, isTraining }: PartOptions, feeds: Feeds) {
  const opened = new Map(Array.from(tensors, ([key, tensor]) => [key, tensorIn(tf, tensor)]));
  const masks = new Map(
    Object.entries(feeds).flatMap(([name, mask]) =>
      name.startsWith('mask.') ? [[name, tensorIn(tf, mask)] as const] : [],
    ),
  );
  const updates = new Map<string, TensorData>();
  const scope = new TensorflowScope({ tf, tensors: opened, isTraining, masks, updates });
  return { scope, updates, trained: trained.map((key) => opened.get(key)!) };
}

/** As `tf.tidy`, for work that gives plain numbers: frees all tensors that it makes, also where it throws. */
function scoped<Result>(tf: Tensorflow, work: () => Result): Result {
  tf.engine().startScope();
  try {
    return work();
  } finally {
    tf.engine().endScope();
  }
}

/** Gradients are of their tensors' shapes, whatever shape TensorFlow gave them. */
const gradientsByKey = ({ trained, tensors }: PartOptions, gradients: readonly Tensor[]): Weights =>
  new Map(trained.map((key, index) => [key, { ...read(gradients[index]!), shape: tensors.get(key)!.shape }]));

const numberOf = (scalar: Tensor): number => scalar.dataSync()[0]!;
