import type { ModelInput } from '../../../shared/model-spec.ts';
import type { TensorData } from '../onnx/tensor.ts';
import { inputArray, inputShape, writeFace } from '../pipeline.ts';

/** Faces of random bytes, prepared as the model takes them; the same every time. */
export function randomFaces(input: ModelInput, count: number): TensorData {
  const data = inputArray(input, count);
  const { width, height, channels } = input;
  let state = 1;
  for (let index = 0; index < count; index += 1) {
    const bytes = Uint8Array.from({ length: width * height * channels }, () => {
      // Park and Miller's generator (1988).
      state = (state * 48_271) % 2_147_483_647;
      return state % 256;
    });
    writeFace({ data: bytes, width, height, channels }, input, data, index);
  }
  return { dtype: input.dtype, shape: inputShape(input, count), data };
}
