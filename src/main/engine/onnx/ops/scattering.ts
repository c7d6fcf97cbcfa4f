import { GraphError } from '../../../../shared/errors.ts';
import { int, numberAttribute, text, textAttribute } from '../attributes.ts';
import { apply, type Node, type Value } from '../graph.ts';
import type { Call, OpDefinition } from '../op.ts';
import { normaliseAxis, type Shape, sameShape, stridesOf } from '../shape.ts';
import { allocate, elementCount, int64List, numbersOf, type TensorArray } from '../tensor.ts';
import { checkIndices, gatherElements, gatherND } from './gathering.ts';
import { filled } from './generating.ts';

/** What becomes of an element that is written to: replaced, or added to. */
export type Reduction = 'none' | 'add';

/**
 * x with each update written to, or added at, its index along `axis` and its own place along the other axes. Without
 * a reduction no place may be written twice. Adding needs operator set 16.
 */
export function scatterElements(
  x: Value,
  indices: Value,
  updates: Value,
  axis: number,
  reduction: Reduction = 'none',
): Value {
  return apply(ScatterElements, [x, indices, updates], { axis: int(axis), ...reductionAttribute(x, reduction) });
}

/**
 * x with each update written to, or added at, the place to which the list along the indices' last axis leads. No place
 * may occur twice: even adding, ONNX Runtime loses updates that meet. Adding needs operator set 16.
 */
export const scatterND = (x: Value, indices: Value, updates: Value, reduction: Reduction = 'none'): Value =>
  apply(ScatterND, [x, indices, updates], reductionAttribute(x, reduction));

function reductionAttribute(x: Value, reduction: Reduction): { readonly reduction?: ReturnType<typeof text> } {
  if (reduction === 'none') return {};
  if (x.graph.opset < 16) throw new GraphError(`Scattering sums needs operator set 16, not ${x.graph.opset}.`);
  return { reduction: text(reduction) };
}

/** The reduction of a node that is differentiated; products and extrema have no gradient here. */
function reductionOf(node: Node): Reduction {
  const reduction = textAttribute(node, 'reduction', 'none');
  if (reduction === 'none' || reduction === 'add') return reduction;
  throw new GraphError(`${node.op.type}(${node.inputs[0]}) with the reduction “${reduction}” has no gradient here.`);
}

function checkUpdates({ inputs: [x, , updates] }: Call, expected: Shape): void {
  if (x!.dtype !== updates!.dtype) throw new GraphError('The operand’s and the updates’ element types differ.');
  if (!sameShape(updates!.shape, expected)) throw new GraphError(`The updates must be [${expected.join(', ')}].`);
}

const axisOf = (call: Call): number => normaliseAxis(numberAttribute(call, 'axis', 0), call.inputs[0]!.rank);

export const ScatterElements: OpDefinition = {
  type: 'ScatterElements',
  infer: (call) => {
    const [x, indices] = call.inputs;
    const axis = axisOf(call);
    if (indices!.rank !== x!.rank) throw new GraphError('The operand and the indices have another number of axes.');
    checkIndices(indices!, x!.shape[axis]!, axis);
    checkUpdates(call, indices!.shape);
    return [x!.type];
  },
  gradient: (node, [dy]) => {
    const [, indices, updates] = node.inputs;
    const replaces = reductionOf(node) === 'none';
    return [
      () => (replaces ? scatterElements(dy!, indices!, filled(updates!, 0), axisOf(node)) : dy!),
      null,
      () => gatherElements(dy!, indices!, axisOf(node)),
    ];
  },
  samples: {
    replaced: (random) => ({
      inputs: [random.uniform([3, 4]), random.uniform([2, 3])],
      build: (x, updates) => {
        const indices = x!.graph.constant({ ...int64List([0, 2, -1, 3, 0, 1]), shape: [2, 3] });
        return scatterElements(x!, indices, updates!, 1);
      },
    }),
    'added, some twice': (random) => ({
      inputs: [random.uniform([3, 2]), random.indices([5, 2], -3, 2), random.uniform([5, 2])],
      build: (x, indices, updates) => scatterElements(x!, indices!, updates!, 0, 'add'),
    }),
  },
};

export const ScatterND: OpDefinition = {
  type: 'ScatterND',
  infer: (call) => {
    const [x, indices] = call.inputs;
    const depth = indices!.shape.at(-1);
    if (typeof depth !== 'number' || depth < 1 || depth > x!.rank) {
      throw new GraphError(`Lists of ${depth ?? 'no'} indices do not lead into ${x!.rank} axes.`);
    }
    checkUpdates(call, [...indices!.shape.slice(0, -1), ...x!.shape.slice(depth)]);
    return [x!.type];
  },
  gradient: (node, [dy]) => {
    const [, indices, updates] = node.inputs;
    const replaces = reductionOf(node) === 'none';
    return [
      () => (replaces ? scatterND(dy!, indices!, filled(updates!, 0)) : dy!),
      null,
      () => gatherND(dy!, indices!),
    ];
  },
  evaluate: (call) => {
    const [x, indices, updates] = call.inputs.map((input) => input!.constant);
    const reduction = textAttribute(call, 'reduction', 'none');
    if (!x || !indices || !updates || (reduction !== 'none' && reduction !== 'add')) return null;
    const depth = indices.shape.at(-1)!;
    const strides = stridesOf(x.shape);
    const numbers = numbersOf(indices);
    const run = elementCount(x.shape.slice(depth));
    const data = allocate(x.dtype, x.data.length);
    data.set(x.data as never);
    const write = reduction === 'add' ? addInto : replaceIn;
    for (let list = 0; list * depth < numbers.length; list += 1) {
      let start = 0;
      for (let axis = 0; axis < depth; axis += 1) {
        const index = numbers[list * depth + axis]!;
        start += (index < 0 ? index + x.shape[axis]! : index) * strides[axis]!;
      }
      write(data, updates.data.subarray(list * run, (list + 1) * run), start);
    }
    return [{ ...x, data }];
  },
  samples: {
    'rows replaced': (random) => ({
      inputs: [random.uniform([4, 3]), random.uniform([2, 3])],
      build: (x, updates) => scatterND(x!, x!.graph.constant({ ...int64List([3, -4]), shape: [2, 1] }), updates!),
    }),
    'elements added': (random) => ({
      inputs: [random.uniform([2, 3]), random.uniform([2, 2])],
      build: (x, updates) => {
        const lists = x!.graph.constant({ ...int64List([0, 1, 1, -1, 0, 0, 1, 0]), shape: [2, 2, 2] });
        return scatterND(x!, lists, updates!, 'add');
      },
    }),
  },
};

function replaceIn(data: TensorArray, part: TensorArray, start: number): void {
  data.set(part as never, start);
}

function addInto(data: TensorArray, part: TensorArray, start: number): void {
  for (let at = 0; at < part.length; at += 1)
    data[start + at] = ((data[start + at] as number) + (part[at] as number)) as never;
}
