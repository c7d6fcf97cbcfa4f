import type { Value } from '../../onnx/graph.ts';
import { reshape, transpose } from '../../onnx/ops/shaping.ts';
import { type TensorData, tensorOf } from '../../onnx/tensor.ts';
import { fanInUniform } from '../init.ts';
import { project } from '../layers.ts';
import type { Scope } from '../scope.ts';

/** Waves along each axis, and how much longer the last pair's is than the first's. */
const WAVES = 32;
const TEMPERATURE = 10_000;

/** XCiT's positions of a rows×columns grid, projected to tokens (rows·columns)×width by a 1×1 convolution. */
export function fourierPositions(scope: Scope, rows: number, columns: number, width: number): Value {
  const init = fanInUniform(2 * WAVES);
  const projection = scope.at('token_projection');
  const weight = reshape(projection.parameter('weight', [width, 2 * WAVES, 1, 1], init), [width, 2 * WAVES]);
  const waves = scope.graph.constant(fourierFeatures(rows, columns));
  return project(waves, transpose(weight, [1, 0]), projection.parameter('bias', [width], init));
}

/** Sines and cosines of each place's row, then of its column; (rows·columns)×64 (El-Nouby et al. 2021). */
function fourierFeatures(rows: number, columns: number): TensorData {
  const places = Array.from({ length: rows * columns }, (_, place) => [
    ...waves(Math.floor(place / columns) + 1, rows),
    ...waves((place % columns) + 1, columns),
  ]);
  return tensorOf('float32', [rows * columns, 2 * WAVES], places.flat());
}

/** Position 1…length as an angle up to 2π, in pairs of sine and cosine of ever longer waves. */
function waves(position: number, length: number): readonly number[] {
  const angle = (position / (length + 1e-6)) * 2 * Math.PI;
  return Array.from({ length: WAVES }, (_, wave) => {
    const phase = angle / TEMPERATURE ** ((2 * Math.floor(wave / 2)) / WAVES);
    return wave % 2 === 0 ? Math.sin(phase) : Math.cos(phase);
  });
}
