import type { Tensor } from '@tensorflow/tfjs-core';
import { GraphError } from '../../../../shared/errors.ts';
import { numberAttribute } from '../../onnx/attributes.ts';
import type { Graph, Node, Value } from '../../onnx/graph.ts';
import { numbersOf } from '../../onnx/tensor.ts';
import type { Tensorflow } from './load.ts';
import { tensorIn } from './tensors.ts';

type Perform = (tf: Tensorflow, operands: readonly Tensor[], node: Node) => Tensor;

const binary =
  (name: 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'minimum' | 'maximum'): Perform =>
  (tf, [a, b]) =>
    tf[name](a!, b!);
const unary =
  (name: 'neg' | 'sqrt' | 'exp' | 'log' | 'abs' | 'square'): Perform =>
  (tf, [x]) =>
    tf[name](x!);
const reduced =
  (of: (tf: Tensorflow, x: Tensor) => Tensor): Perform =>
  (tf, [x], node) => {
    const axes = node.inputs[1]?.constant;
    return tf.sum(of(tf, x!), axes ? [...numbersOf(axes)] : undefined, numberAttribute(node, 'keepdims', 1) === 1);
  };

/** What losses and optimisers are made of. */
const OPS: Readonly<Record<string, Perform>> = {
  Add: binary('add'),
  Sub: binary('sub'),
  Mul: binary('mul'),
  Div: binary('div'),
  Pow: binary('pow'),
  Min: binary('minimum'),
  Max: binary('maximum'),
  Neg: unary('neg'),
  Sqrt: unary('sqrt'),
  Exp: unary('exp'),
  Log: unary('log'),
  Abs: unary('abs'),
  ReduceSum: reduced((_, x) => x),
  ReduceSumSquare: reduced((tf, x) => tf.square(x)),
  Softmax: (tf, [x]) => tf.softmax(x!),
  LogSoftmax: (tf, [x]) => tf.logSoftmax(x!),
};

/**
 * Computes a graph's outputs op by op in TensorFlow.js, which can differentiate them: so that losses and optimisers
 * are written once for both trainers. Call it within `tf.tidy`. Throws GraphError for an op that it does not know.
 */
export function runGraph(
  tf: Tensorflow,
  graph: Graph,
  feeds: Readonly<Record<string, Tensor>>,
): Readonly<Record<string, Tensor>> {
  const values = new Map<Value, Tensor>(graph.inputs.map((input) => [input, feeds[input.name]!]));
  const tensorFor = (value: Value): Tensor => {
    const known = values.get(value);
    if (known !== undefined) return known;
    const tensor = tensorIn(tf, value.constant!);
    values.set(value, tensor);
    return tensor;
  };
  for (const node of graph.nodes) {
    const perform = OPS[node.op.type];
    if (perform === undefined) throw new GraphError(`The tfjs trainer has no op ${node.op.type}.`);
    const operands = node.inputs.flatMap((input) =>
      input === null || input.dtype !== 'float32' ? [] : [tensorFor(input)],
    );
    values.set(node.outputs[0]!, perform(tf, operands, node));
  }
  return Object.fromEntries(Array.from(graph.outputs, ([name, value]) => [name, tensorFor(value)]));
}
