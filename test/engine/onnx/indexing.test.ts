import { describe, expect, it } from 'vitest';
import { int, ints } from '../../../src/main/engine/onnx/attributes.ts';
import { gradients } from '../../../src/main/engine/onnx/autodiff.ts';
import { apply, applyMany, Graph, type Value } from '../../../src/main/engine/onnx/graph.ts';
import { add } from '../../../src/main/engine/onnx/ops/arithmetic.ts';
import { depthToSpace } from '../../../src/main/engine/onnx/ops/depth-and-space.ts';
import { gather, gatherElements, gatherND } from '../../../src/main/engine/onnx/ops/gathering.ts';
import { ShapeOf } from '../../../src/main/engine/onnx/ops/generating.ts';
import { pad } from '../../../src/main/engine/onnx/ops/padding.ts';
import { tile } from '../../../src/main/engine/onnx/ops/repeating.ts';
import { scatterElements } from '../../../src/main/engine/onnx/ops/scattering.ts';
import { flatten, reshape, squeeze, unsqueeze } from '../../../src/main/engine/onnx/ops/shaping.ts';
import { concat, Slice, Split, slice, split } from '../../../src/main/engine/onnx/ops/slicing.ts';
import { runOnce } from '../../../src/main/engine/onnx/run.ts';
import type { Shape } from '../../../src/main/engine/onnx/shape.ts';
import { int64List, numbersOf, tensorOf } from '../../../src/main/engine/onnx/tensor.ts';

const input = (shape: Shape, opset?: number): Value => new Graph(opset).input('x', 'float32', shape);

/** The ops that the gradient of `build(x)` adds, its cotangent an input. */
function backwardOps(shape: Shape, build: (x: Value) => Value): readonly string[] {
  const x = input(shape);
  const y = build(x);
  const cotangent = x.graph.input('cotangent', 'float32', y.shape);
  const before = x.graph.nodes.length;
  const [dx] = gradients(x.graph, y, [x], cotangent);
  expect(dx!.shape).toEqual(shape);
  return x.graph.nodes.slice(before).map(({ op }) => op.type);
}

describe('the gradient of', () => {
  const joined = (x: Value): Value => concat(split(x, [1, 2, 3], 1), 1);

  it('a split into pieces that are all used is one Concat', () => {
    expect(backwardOps(['n', 6], joined)).toEqual(['Split', 'Concat']);
  });

  it('a split of which one piece is used is one Pad', () => {
    expect(backwardOps(['n', 6], (x) => split(x, [1, 2, 3], 1)[1]!)).toEqual(['Pad']);
  });

  it('a split of which the middle piece is not used pads a neighbour', () => {
    const outer = (x: Value): Value => {
      const parts = split(x, [2, 2, 2], 1);
      return add(parts[0]!, parts[2]!);
    };
    expect(backwardOps(['n', 6], outer)).toEqual(['Pad', 'Concat']);
  });

  it('a concatenation with a constant is one Slice', () => {
    const prepended = (x: Value): Value => concat([x.graph.constant(tensorOf('float32', [1, 2], [1, 2])), x], 0);
    expect(backwardOps([3, 2], prepended)).toEqual(['Slice']);
  });

  it.each([
    ['one entry', [2], ['Pad']],
    ['consecutive entries', [1, 2, -1], ['Pad']],
    ['all entries in another order', [3, 0, 2, 1], ['Gather']],
    ['all entries in their order', [0, 1, 2, 3], []],
    ['some entries in another order', [3, 0], ['Pad', 'Gather']],
    ['every entry twice', [0, 1, 2, 3, 0, 1, 2, 3], ['Gather', 'ReduceSum']],
  ])('a Gather of %s keeps the batch open', (_, indices, ops) => {
    expect(backwardOps(['n', 4, 2], (x) => gather(x, indices, 1))).toEqual(ops);
  });

  it.each([
    ['consecutive elements', 1, ['Pad']],
    ['every second element', 2, ['Reshape', 'Pad', 'Reshape', 'Pad']],
    ['elements from the back', -1, ['Slice', 'Pad']],
  ])('a slice of %s keeps the batch open', (_, step, ops) => {
    const [start, end] = step > 0 ? [1, 5] : [5, 1];
    const cut = (x: Value): Value => slice(x, { axes: [1], starts: [start], ends: [end], steps: [step] });
    expect(backwardOps(['n', 8], cut)).toEqual(ops);
  });

  it.each<[string, (x: Value) => Value]>([
    ['zero padding', (x) => pad(x, [0, 0, 1, 1, 0, 0, 1, 1])],
    ['reflected padding', (x) => pad(x, [0, 0, 1, 1, 0, 0, 1, 1], { mode: 'reflect' })],
    ['new axes', (x) => squeeze(unsqueeze(x, [1, 3]), [1])],
    ['flattening', (x) => flatten(x)],
    ['repeating', (x) => tile(x, [1, 2, 1, 1])],
    ['a pixel shuffle', (x) => depthToSpace(x, 2, 'CRD')],
  ])('%s keeps the batch open', (_, build) => {
    expect(backwardOps(['n', 4, 4, 4], build)).not.toEqual([]);
  });

  it('a gather of the same rows many times, by indices known at run time, adds up all of them', async () => {
    const x = input([3, 16]);
    const indices = x.graph.input('indices', 'int64', [30_000, 1]);
    const [dx] = gradients(x.graph, gatherND(x, indices), [x]);
    x.graph.output('dx', dx!);
    const rows = Array.from({ length: 30_000 }, (_, index) => (index % 3) - 3);
    const feeds = {
      x: tensorOf('float32', [3, 16], new Float32Array(48)),
      indices: tensorOf('int64', [30_000, 1], rows),
    };
    const result = await runOnce(x.graph, feeds, { threads: 4 });
    expect(new Set(numbersOf(result.dx!))).toEqual(new Set([10_000]));
  });
});

describe('in the forms of older operator sets', () => {
  it('axes and sizes are attributes before operator set 13, backwards too', async () => {
    const x = input([2, 1, 6], 12);
    const [left, right] = split(unsqueeze(squeeze(x, [1]), [0]), [2, 4], 2);
    const y = concat([right!, left!], 2);
    expect(x.graph.nodes.every(({ inputs }) => inputs.every((value) => value!.constant === null))).toBe(true);
    const [dx] = gradients(x.graph, y, [x], x.graph.input('cotangent', 'float32', [1, 2, 6]));
    x.graph.output('y', y);
    x.graph.output('dx', dx!);
    const numbers = Array.from({ length: 12 }, (_, index) => index);
    const feeds = { x: tensorOf('float32', [2, 1, 6], numbers), cotangent: tensorOf('float32', [1, 2, 6], numbers) };
    const result = await runOnce(x.graph, feeds);
    expect(numbersOf(result.y!)).toEqual([2, 3, 4, 5, 0, 1, 8, 9, 10, 11, 6, 7]);
    expect(result.dx!.shape).toEqual([2, 1, 6]);
    expect(numbersOf(result.dx!)).toEqual([4, 5, 0, 1, 2, 3, 10, 11, 6, 7, 8, 9]);
  });

  it('a Slice of operator set 9 has attributes', () => {
    const attributes = { axes: ints([1]), starts: ints([1]), ends: ints([3]) };
    expect(apply(Slice, [input([2, 4], 9)], attributes).shape).toEqual([2, 2]);
  });

  it('scattering sums before operator set 16 is refused', () => {
    const x = input([3, 2], 15);
    const indices = x.graph.constant(tensorOf('int64', [1, 2], [0, 1]));
    const updates = x.graph.input('updates', 'float32', [1, 2]);
    expect(() => scatterElements(x, indices, updates, 0, 'add')).toThrow('needs operator set 16, not 15');
  });
});

describe('an open batch', () => {
  it.each<[string, (x: Value) => Value, Shape]>([
    ['joined with itself is twice as long', (x) => concat([x, x], 0), ['2*n', 6]],
    ['tiled is as many times as long', (x) => tile(x, [3, 1]), ['3*n', 6]],
    ['sliced whole stays whole', (x) => slice(x, { axes: [0], starts: [0], ends: [2 ** 31] }), ['n', 6]],
    ['indexed is gone', (x) => gather(x, x.graph.scalar('int64', 0)), [6]],
  ])('%s', (_, build, shape) => {
    expect(build(input(['n', 6])).shape).toEqual(shape);
  });

  it('has no known type where it is cut', () => {
    expect(slice(input(['n', 6]), { axes: [0], starts: [1], ends: [3] }).type).toBeNull();
    expect(split(input(['n', 6]), [1, 1], 0).map(({ type }) => type)).toEqual([null, null]);
  });

  it('is split where it is a multiple of the parts', () => {
    const parts = applyMany(Split, [input(['4*n', 3])], { num_outputs: int(2) }, 2);
    expect(parts.map(({ shape }) => shape)).toEqual([
      ['2*n', 3],
      ['2*n', 3],
    ]);
  });

  it('leaves only the fixed dimensions of a shape to be evaluated', () => {
    const x = input(['n', 6, 7]);
    const evaluate = (attributes = {}): unknown =>
      ShapeOf.evaluate!({ op: ShapeOf, inputs: [x], attributes, outputCount: 1, opset: 20 });
    expect(evaluate()).toBeNull();
    expect(evaluate({ start: int(-2) })).toEqual([int64List([6, 7])]);
  });
});

describe('operands that do not fit are refused:', () => {
  it.each<[string, (x: Value) => unknown, string]>([
    ['an axis out of range', (x) => gather(x, [0], 2), 'Axis 2 is not one of 2 axes'],
    ['an index out of range', (x) => gather(x, [0, 4], 1), 'The index 4 is outside axis 1 of 4'],
    ['an index that is no integer', (x) => gatherElements(x, x, 0), 'Indices are int64 or int32, not float32'],
    ['pieces that do not fill the axis', (x) => split(x, [1, 2], 1), 'Pieces of 1 + 2 do not fill an axis of 4 with 2'],
    ['shapes that do not line up', (x) => concat([x, reshape(x, [4, 3])], 1), 'differ outside axis 1'],
    ['a step of 0', (x) => slice(x, { axes: [0], starts: [0], ends: [1], steps: [0] }), 'The step along axis 0 is 0'],
    ['more mirrored than there is', (x) => pad(x, [3, 0, 0, 0], { mode: 'reflect' }), 'An axis of 3 has no 3 elements'],
    ['more taken than there is', (x) => pad(x, [-2, 0, -2, 0]), 'Pads of -2 and -2 take more than there is of 3'],
    ['pads for other axes', (x) => pad(x, [1, 1]), '2 pads are not two for each of 2 axes'],
    ['an axis that is not 1', (x) => squeeze(x, [1]), 'Axis 1 has 4 elements, not 1'],
    ['an axis put in twice', (x) => unsqueeze(x, [0, -4]), '[0, -4] names an axis twice'],
    ['lists longer than the axes', (x) => gatherND(x, indexLists(x, [1, 3])), 'Lists of 3 indices do not lead into 2'],
    ['channels that are no square', (x) => depthToSpace(reshape(x, [1, 6, 2, 1]), 2), 'of 6 is no multiple of 4'],
  ])('%s', (_, build, message) => {
    expect(() => build(input([3, 4]))).toThrow(message);
  });
});

const indexLists = (x: Value, shape: readonly number[]): Value =>
  x.graph.constant(tensorOf('int64', shape, new Array(shape.reduce((product, dim) => product * dim, 1)).fill(0)));
