import { setImmediate } from 'node:timers/promises';
import type { ProviderName } from '../../../../shared/entities.ts';
import { configFor } from '../../nets/registry.ts';
import { Scope } from '../../nets/scope.ts';
import { bicubic } from '../../nets/super-resolution/bicubic.ts';
import { Graph } from '../../onnx/graph.ts';
import { clip } from '../../onnx/ops/activations.ts';
import { mul } from '../../onnx/ops/arithmetic.ts';
import { cast } from '../../onnx/ops/comparison.ts';
import { compile } from '../../onnx/run.ts';
import type { TensorData } from '../../onnx/tensor.ts';
import type { Feeds } from '../feeds.ts';
import { type FacePairs, pairBatch } from './face-pairs.ts';
import { facesFeed } from './objective.ts';
import { peakSignalToNoise } from './psnr.ts';

const BATCH = 128;

/**
 * The mean over all pairs of the PSNR, in dB, of what `enlarge` makes of the smaller face: it is fed `small` and gives
 * N×1×side×side in [0, 1]. Throws the signal's reason once it has aborted.
 */
export async function meanPsnr(
  pairs: FacePairs,
  signal: AbortSignal,
  enlarge: (feeds: Feeds) => Promise<TensorData>,
): Promise<number> {
  const { side, scale, count } = pairs;
  let sum = 0;
  for (let start = 0; start < count; start += BATCH) {
    await setImmediate();
    signal.throwIfAborted();
    const places = Uint32Array.from({ length: Math.min(BATCH, count - start) }, (_, at) => start + at);
    const { small, large } = pairBatch(pairs, places);
    const { data } = await enlarge({ small: facesFeed(small, side / scale) });
    sum += peakSignalToNoise(data as Float32Array, large, side * side).reduce((total, value) => total + value, 0);
  }
  return sum / count;
}

/** The same of bicubic enlargement (a = −0.75, as within our networks): what a trained one is held against. */
export async function bicubicPsnr(pairs: FacePairs, provider: ProviderName, signal: AbortSignal): Promise<number> {
  const { side, scale } = pairs;
  const graph = new Graph();
  const small = graph.input('small', 'uint8', ['n', 1, side / scale, side / scale]);
  const scope = new Scope({ graph, training: false, tensorOf: noTensor, masks: [], updates: new Map() });
  const config = configFor(bicubic, { input: side / scale, scale, channels: 1 });
  graph.output('enlarged', clip(bicubic.build(scope, config, mul(cast(small, 'float32'), 1 / 255)).output, 0, 1));
  const executable = await compile(graph, { provider });
  try {
    return await meanPsnr(pairs, signal, async (feeds) => (await executable.run(feeds)).enlarged!);
  } finally {
    await executable.release();
  }
}

const noTensor = (): never => {
  throw new Error('Bicubic enlargement has no weights.');
};
