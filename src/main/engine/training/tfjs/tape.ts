import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tensorflow } from './load.ts';

/** A forward pass that is differentiated later, when the cotangent is known. */
export interface Recording<Output extends Tensor> {
  readonly output: Output;
  /** The derivatives of Σ cotangent · output in each of `wrt`. Ends the recording. */
  gradients(wrt: readonly Tensor[], cotangent: Output): readonly Tensor[];
  /** Frees all that was recorded; safe to call twice. */
  end(): void;
}

/**
 * Runs a forward pass now and keeps what its gradient needs. `tf.grads` would run it again, for it wants the cotangent
 * before: here it comes from ONNX Runtime, which first has to see the output. So the engine's tape is taken out after
 * the forward pass and put back for `engine().gradients`. Nothing else may use this TensorFlow.js meanwhile.
 */
export function record<Output extends Tensor>(tf: Tensorflow, forward: () => Output): Recording<Output> {
  const engine = tf.engine();
  const { state } = engine;
  let tape: typeof state.activeTape | null = [];
  const withTape = <Result>(work: () => Result): Result => {
    state.activeTape = tape!;
    state.gradientDepth = 1;
    try {
      return work();
    } finally {
      state.gradientDepth = 0;
      state.activeTape = [];
    }
  };
  const end = (): void => {
    for (const { saved } of tape ?? []) for (const tensor of saved ?? []) tensor.dispose();
    tape = null;
  };
  try {
    const output = withTape(forward);
    return {
      output,
      gradients: (wrt, cotangent) => {
        try {
          return withTape(() => engine.gradients(() => output, [...wrt], cotangent).grads);
        } finally {
          end();
        }
      },
      end,
    };
  } catch (error) {
    end();
    throw error;
  }
}
