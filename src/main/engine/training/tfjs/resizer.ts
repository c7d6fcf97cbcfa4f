import type { Tensor4D } from '@tensorflow/tfjs-core';
import { batchNorm, conv2d, type TensorflowScope } from './layers.ts';
import { resizeSquare } from './resize.ts';

/**
 * The learned resizer of `nets/resizer.ts` in TensorFlow.js, under the same keys: N×S×S×1 or 3 faces to
 * N×side×side×3. How many residual blocks it has follows from the keys there are.
 */
export function tensorflowResizer(scope: TensorflowScope, face: Tensor4D, side: number): Tensor4D {
  const { tf } = scope;
  const wide = leaky(scope, conv2d(scope.at('conv1'), face));
  const features = resizeSquare(tf, batchNorm(scope.at('bn1'), leaky(scope, conv2d(scope.at('conv2'), wide))), side);
  let x = features;
  for (let block = 0; scope.has(`resblock.${block}.conv1.weight`); block += 1) {
    x = residualBlock(scope.at(`resblock.${block}`), x);
  }
  x = tf.add(batchNorm(scope.at('bn2'), conv2d(scope.at('conv3'), x)), features);
  const added = conv2d(scope.at('conv4'), x);
  const resized = resizeSquare(tf, face, side);
  return tf.add(added, tf.tile(resized, [1, 1, 1, added.shape[3] / resized.shape[3]]));
}

const leaky = ({ tf }: TensorflowScope, x: Tensor4D): Tensor4D => tf.leakyRelu(x, 0.2);

function residualBlock(scope: TensorflowScope, x: Tensor4D): Tensor4D {
  const inner = leaky(scope, batchNorm(scope.at('bn1'), conv2d(scope.at('conv1'), x)));
  return scope.tf.add(batchNorm(scope.at('bn2'), conv2d(scope.at('conv2'), inner)), x);
}
