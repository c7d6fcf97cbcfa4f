import type { TensorData } from '../onnx/tensor.ts';
import type { Weights } from '../weights/weights-file.ts';
import type { TrainerState } from './trainer.ts';

const WEIGHTS = 'weights/';
const BUFFERS = 'buffers/';
const EMA = 'ema/';
const MOMENTS = /^moments\/([^/]+)\//;

/** A state as tensors of one file: `weights/KEY`, `buffers/KEY`, `ema/KEY` and `moments/MOMENT/KEY`. */
export function namedTensors({ weights, buffers, moments, ema }: TrainerState): Weights {
  const under = (prefix: string, tensors: Weights) =>
    Array.from(tensors, ([key, tensor]): [string, TensorData] => [`${prefix}${key}`, tensor]);
  return new Map([
    ...under(WEIGHTS, weights),
    ...under(BUFFERS, buffers),
    ...(ema === null ? [] : under(EMA, ema)),
    ...Object.entries(moments).flatMap(([name, tensors]) => under(`moments/${name}/`, tensors)),
  ]);
}

/** The state that `namedTensors` made such tensors of. */
export function readNamed(tensors: Weights, step: number): TrainerState {
  const below = (prefix: string): Weights =>
    new Map(
      Array.from(tensors)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
    );
  const moments = new Set(Array.from(tensors.keys()).flatMap((name) => MOMENTS.exec(name)?.[1] ?? []));
  const ema = below(EMA);
  return {
    step,
    weights: below(WEIGHTS),
    buffers: below(BUFFERS),
    moments: Object.fromEntries(Array.from(moments, (name) => [name, below(`moments/${name}/`)])),
    ema: ema.size === 0 ? null : ema,
  };
}
