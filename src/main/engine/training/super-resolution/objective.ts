import type { AnyNet } from '../../nets/registry.ts';
import type { Scope } from '../../nets/scope.ts';
import type { Graph, Value } from '../../onnx/graph.ts';
import { clip } from '../../onnx/ops/activations.ts';
import { mul, sub } from '../../onnx/ops/arithmetic.ts';
import { cast } from '../../onnx/ops/comparison.ts';
import { reduceMean, reduceSum } from '../../onnx/ops/reduce.ts';
import type { Dim } from '../../onnx/shape.ts';
import { type TensorData, tensorOf } from '../../onnx/tensor.ts';
import { lossGradient, openNetwork } from '../model-graph.ts';
import type { Objective } from '../objective.ts';
import type { UpdatePlan } from '../plan.ts';
import type { PairBatch } from './face-pairs.ts';

/** A super-resolution whose keys begin with `sr.`, as they do within a classifier. */
export interface EnlargingNet {
  readonly net: AnyNet;
  /** Parsed, for faces of `side` ÷ `scale` pixels. */
  readonly config: unknown;
  readonly side: number;
  readonly scale: number;
}

/**
 * The mean squared error of enlarged grey faces, which is what PSNR measures. Inputs: `small` N×1×side/scale and
 * `large` N×1×side bytes, `shares` N. Evaluation goes from `small` to `enlarged`, N×1×side×side in [0, 1].
 */
export function enlargingObjective(plan: UpdatePlan, enlarging: EnlargingNet): Objective<PairBatch> {
  const { side, scale } = enlarging;
  const smallSide = side / scale;
  return {
    buildLoss(graph, fed, size) {
      const open = openNetwork(graph, plan, fed, true);
      const found = enlarge(open.scope, enlarging, bytes(graph, 'small', size, smallSide));
      const error = sub(found, bytes(graph, 'large', size, side));
      const shares = graph.input('shares', 'float32', [size]);
      const loss = reduceSum(mul(reduceMean(mul(error, error), [1, 2, 3]), shares));
      return lossGradient(graph, plan, open, loss);
    },
    buildEvaluation(graph, fed) {
      const { scope } = openNetwork(graph, plan, fed, false);
      graph.output('enlarged', clip(enlarge(scope, enlarging, bytes(graph, 'small', 'n', smallSide)), 0, 1));
    },
    feeds({ small, large, size: total }, { start, end }) {
      const size = end - start;
      return {
        small: facesFeed(small.subarray(start * smallSide ** 2, end * smallSide ** 2), smallSide),
        large: facesFeed(large.subarray(start * side ** 2, end * side ** 2), side),
        shares: tensorOf('float32', [size], new Array<number>(size).fill(1 / total)),
      };
    },
  };
}

/** Grey bytes as numbers in [0, 1]. */
const bytes = (graph: Graph, name: string, batch: Dim, side: number): Value =>
  mul(cast(graph.input(name, 'uint8', [batch, 1, side, side]), 'float32'), 1 / 255);

const enlarge = (scope: Scope, { net, config }: EnlargingNet, x: Value): Value =>
  net.build(scope.at('sr'), config, x).output;

/** N×1×side×side bytes to feed. */
export const facesFeed = (data: Uint8Array, side: number): TensorData => ({
  dtype: 'uint8',
  shape: [data.length / side ** 2, 1, side, side],
  data,
});
