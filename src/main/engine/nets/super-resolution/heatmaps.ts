import type { Value } from '../../onnx/graph.ts';
import { div, maximum } from '../../onnx/ops/arithmetic.ts';
import { gather } from '../../onnx/ops/gathering.ts';
import { reduceMax, reduceSum } from '../../onnx/ops/reduce.ts';
import { concat } from '../../onnx/ops/slicing.ts';

/** Landmarks of one part of the face, as ranges with both ends included. */
type Part = readonly (readonly [first: number, last: number])[];

/** Which landmarks make left eye, right eye, nose, mouth and silhouette, by the number of landmarks (CelebA, Helen). */
const PARTS: Readonly<Record<68 | 194, readonly Part[]>> = {
  68: [[[36, 41]], [[42, 47]], [[27, 35]], [[48, 67]], [[0, 26]]],
  194: [
    [
      [134, 152],
      [174, 192],
    ],
    [
      [114, 132],
      [154, 172],
    ],
    [[41, 56]],
    [[58, 112]],
    [[0, 39]],
  ],
};

/** Heatmaps weaker than this are not blown up to full strength. */
const FLOOR = 0.05;

/** N×K×h×w landmark heatmaps, each scaled to a maximum of one, summed into five parts of the face. */
export function mergeHeatmaps(heatmaps: Value): Value {
  const scaled = div(heatmaps, maximum(reduceMax(heatmaps, [2, 3], true), FLOOR));
  const keypoints = heatmaps.shape[1];
  if (keypoints !== 68 && keypoints !== 194) return scaled;
  return concat(
    PARTS[keypoints].map((part) => reduceSum(gather(scaled, part.flatMap(indices), 1), [1], true)),
    1,
  );
}

const indices = ([first, last]: readonly [number, number]): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
