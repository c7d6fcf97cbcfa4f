import { GraphError } from '../../../../shared/errors.ts';
import type { Value } from '../graph.ts';
import type { Call } from '../op.ts';
import { listOf } from '../operands.ts';
import { offsets, select } from '../select.ts';
import { multiplyDim, normaliseAxis, type Shape, stridesOf } from '../shape.ts';
import type { TensorData } from '../tensor.ts';
import { filled } from './generating.ts';
import { pad } from './padding.ts';
import { reshape } from './shaping.ts';
import { reverse } from './slicing.ts';

/** An index past every axis's end. */
export const END = 2 ** 31 - 1;

/** The elements start, start + step, … of an axis, `length` of them. */
interface Cut {
  readonly start: number;
  readonly step: number;
  readonly length: number;
}

/** What is taken of some axes; the others stay whole. */
export type Cuts = ReadonlyMap<number, Cut>;

/** What a Slice takes of each axis it names; null where that is open. Throws GraphError for lists that do not fit. */
export function cutsOf(call: Call): Cuts | null {
  const { shape } = call.inputs[0]!;
  const starts = listOf(call, 1, 'starts');
  const ends = listOf(call, 2, 'ends');
  const axes = listOf(call, 3, 'axes');
  const steps = listOf(call, 4, 'steps');
  if (starts === null || ends === null || axes === null || steps === null) return null;
  if (starts === undefined || ends === undefined) throw new GraphError('It needs starts and ends.');
  if ([ends, axes, steps].some((list) => list !== undefined && list.length !== starts.length)) {
    throw new GraphError(`The ${starts.length} starts come with lists of another length.`);
  }
  const cuts = new Map<number, Cut>();
  for (const [index, start] of starts.entries()) {
    const axis = normaliseAxis(axes?.[index] ?? index, shape.length);
    const [end, step, dim] = [ends[index]!, steps?.[index] ?? 1, shape[axis]!];
    if (step === 0) throw new GraphError(`The step along axis ${axis} is 0.`);
    if (cuts.has(axis)) throw new GraphError(`Axis ${axis} is cut twice.`);
    if (typeof dim === 'number') cuts.set(axis, cutOf(dim, start, end, step));
    else if (start !== 0 || end < END || step !== 1) return null;
  }
  return cuts;
}

function cutOf(dim: number, start: number, end: number, step: number): Cut {
  const within = (index: number, low: number, high: number): number =>
    Math.min(Math.max(index < 0 ? index + dim : index, low), high);
  const first = step > 0 ? within(start, 0, dim) : within(start, 0, dim - 1);
  const last = step > 0 ? within(end, 0, dim) : within(end, -1, dim - 1);
  return { start: first, step, length: Math.max(0, Math.ceil((last - first) / step)) };
}

/** The elements of a constant that the cuts leave. */
export const take = (tensor: TensorData, cuts: Cuts): TensorData => {
  const strides = stridesOf(tensor.shape);
  return select(
    tensor,
    tensor.shape.map((dim, axis) => {
      const { start, step, length } = cuts.get(axis) ?? { start: 0, step: 1, length: dim };
      return offsets(length, strides[axis]!, (index) => start + index * step);
    }),
  );
};

/** `dy` put back where the cuts took its elements from, among zeros: turned round, spread by the steps, padded. */
export function uncut(x: Value, cuts: Cuts, dy: Value): Value {
  if ([...cuts.values()].some(({ length }) => length === 0)) return filled(x, 0);
  const backwards = [...cuts].flatMap(([axis, { step, length }]) => (step < 0 && length > 1 ? [axis] : []));
  const turned = backwards.length === 0 ? dy : reverse(dy, backwards);
  const spread = spreadOut(
    turned,
    turned.shape.map((_, axis) => Math.abs(cuts.get(axis)?.step ?? 1)),
  );
  const before = x.shape.map((_, axis) => {
    const { start, step, length } = cuts.get(axis) ?? { start: 0, step: 1, length: 1 };
    return step < 0 ? start + (length - 1) * step : start;
  });
  const after = x.shape.map((dim, axis) =>
    cuts.has(axis) ? (dim as number) - before[axis]! - (spread.shape[axis] as number) : 0,
  );
  return [...before, ...after].every((count) => count === 0) ? spread : pad(spread, [...before, ...after]);
}

/** Each element along an axis followed by steps − 1 zeros. */
function spreadOut(x: Value, steps: readonly number[]): Value {
  if (steps.every((step) => step === 1)) return x;
  const apart = steps.flatMap((step, axis): Shape => (step === 1 ? [x.shape[axis]!] : [x.shape[axis]!, 1]));
  const zeros = steps.flatMap((step) => (step === 1 ? [0] : [0, step - 1]));
  const padded = pad(reshape(x, apart), [...zeros.map(() => 0), ...zeros]);
  return reshape(
    padded,
    x.shape.map((dim, axis) => multiplyDim(dim, steps[axis]!)),
  );
}
