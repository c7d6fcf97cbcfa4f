import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { diagonalBlock, interpolationMatrix } from '../../onnx/interpolation.ts';
import type { Tensorflow } from './load.ts';

const LINEAR = {
  mode: 'linear',
  coordinates: 'half_pixel',
  nearest: 'round_prefer_floor',
  cubicCoefficient: -0.75,
  excludeOutside: false,
  antialias: false,
};

/**
 * Square N×H×W×C images at another side, bilinear with half-pixel centres: two products with the very matrix that the
 * ONNX graphs' gradient uses, of which only the block that repeats along its diagonal is multiplied.
 */
export function resizeSquare(tf: Tensorflow, x: Tensor4D, side: number): Tensor4D {
  const [count, from, , channels] = x.shape;
  if (from === side) return x;
  const { groups, rows, columns, block } = diagonalBlock(
    interpolationMatrix({ from, to: side, scale: side / from }, LINEAR),
    side,
    from,
  );
  const shrink = (images: number, width: number, values: Tensor4D | Tensor3D): Tensor3D => {
    return tf.matMul(tf.tensor3d(block, [1, rows, columns]), tf.reshape(values, [images * groups, columns, width]));
  };
  const down = shrink(count, from * channels, x);
  return tf.reshape(shrink(count * side, channels, down), [count, side, side, channels]);
}
