import type { Tensor2D } from '@tensorflow/tfjs-core';
import { batchNorm, linear, type TensorflowScope } from './layers.ts';

/** The head in TensorFlow.js, N×D features to N×C logits: the paper's, or the backbone's own under timm's names. */
export function tensorflowHead(scope: TensorflowScope, features: Tensor2D): Tensor2D {
  const { tf } = scope;
  if (scope.has('head.0.weight')) {
    const at = scope.at('head');
    const lifted = tf.relu(batchNorm(at.at(1), linear(at.at(0), features)));
    return linear(at.at(4), dropped(at, '3', lifted));
  }
  const backbone = scope.at('backbone');
  if (backbone.has('head.fc.weight')) return linear(backbone.at('head.fc'), dropped(backbone, 'head.drop', features));
  const kept = dropped(backbone, 'head_drop', features);
  if (!backbone.has('head_dist.weight')) return linear(backbone.at('head'), kept);
  const width = features.shape[1] / 2;
  const token = (at: number): Tensor2D => tf.slice(kept, [0, at * width], [-1, width]);
  const both = tf.add(linear(backbone.at('head'), token(0)), linear(backbone.at('head_dist'), token(1)));
  return tf.mul(both, 0.5);
}

/** Dropout, where this step has a mask for it. */
function dropped(scope: TensorflowScope, name: string, x: Tensor2D): Tensor2D {
  const mask = scope.mask(name);
  return mask === null ? x : scope.tf.mul(x, mask);
}
