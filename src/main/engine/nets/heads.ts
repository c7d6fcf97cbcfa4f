import type { Value } from '../onnx/graph.ts';
import { relu } from '../onnx/ops/activations.ts';
import { fanInUniform } from './init.ts';
import { batchNorm, dropout, linear } from './layers.ts';
import type { Scope } from './scope.ts';

/** `plain` is one linear map, the backbone's own under its own names; `paper` the head of the paper's code. */
export const HEADS = ['plain', 'paper'] as const;
export type HeadKind = (typeof HEADS)[number];

const HIDDEN = 512;
const DROPOUT = 0.5;

/** The paper's head: N×D features to N×C logits by Linear, batch normalisation, ReLU, dropout, Linear, keys 0, 1 and 4. */
export function paperHead(scope: Scope, features: Value, classes: number): Value {
  const lifted = uniformLinear(scope.at(0), features, HIDDEN);
  const kept = dropout(scope, '3', relu(batchNorm(scope.at(1), lifted)), DROPOUT);
  return uniformLinear(scope.at(4), kept, classes);
}

/** A linear layer that starts as PyTorch's does. */
function uniformLinear(scope: Scope, x: Value, outputs: number): Value {
  const init = fanInUniform(x.shape.at(-1) as number);
  return linear(scope, x, outputs, { init, biasInit: init });
}
