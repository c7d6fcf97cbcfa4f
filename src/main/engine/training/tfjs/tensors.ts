import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorData } from '../../onnx/tensor.ts';
import type { Tensorflow } from './load.ts';

/** Float32 numbers as a tensor of TensorFlow.js. */
export const tensorIn = (tf: Tensorflow, { data, shape }: TensorData): Tensor =>
  tf.tensor(data as Float32Array, [...shape], 'float32');

/** A tensor's numbers, good also after it is freed. */
export const read = (tensor: Tensor): TensorData => ({
  dtype: 'float32',
  shape: tensor.shape,
  data: tensor.dataSync() as Float32Array<ArrayBuffer>,
});
