import { GraphError } from '../../../../shared/errors.ts';
import { int, numberAttribute, text, textAttribute } from '../attributes.ts';
import { apply, type Value } from '../graph.ts';
import type { Call, OpDefinition } from '../op.ts';
import { type Dim, divideDim, multiplyDim, type Shape } from '../shape.ts';
import { reshape, transpose } from './shaping.ts';

/**
 * N×C×H×W to N×C/b²×bH×bW: b² channels become a square of b×b pixels. The mode is how channels are counted: DCR, the
 * place in the square first, or CRD, the resulting channel first, as PyTorch's pixel_shuffle does.
 */
export const depthToSpace = (x: Value, block: number, mode: 'DCR' | 'CRD' = 'DCR'): Value =>
  apply(DepthToSpace, [x], { blocksize: int(block), mode: text(mode) });

/** N×C×H×W to N×b²C×H/b×W/b, the place in a square of b×b pixels counted first: DepthToSpace in mode DCR undone. */
export const spaceToDepth = (x: Value, block: number): Value => apply(SpaceToDepth, [x], { blocksize: int(block) });

const blockOf = (call: Call): number => numberAttribute(call, 'blocksize', 0);

/** `dim ÷ by`. Throws GraphError where that is not whole. */
function divide(dim: Dim, by: number, name: string): Dim {
  const result = divideDim(dim, by);
  if (result === null) throw new GraphError(`${name} of ${dim} is no multiple of ${by}.`);
  return result;
}

function imageOf(call: Call): readonly [number: Dim, channels: Dim, height: Dim, width: Dim] {
  const { shape } = call.inputs[0]!;
  if (shape.length !== 4) throw new GraphError('The operand must be N×C×H×W.');
  if (blockOf(call) < 1) throw new GraphError(`The block size is ${blockOf(call)}.`);
  return shape as readonly [Dim, Dim, Dim, Dim];
}

export const DepthToSpace: OpDefinition = {
  type: 'DepthToSpace',
  infer: (call) => {
    const block = blockOf(call);
    const [count, channels, height, width] = imageOf(call);
    const depth = divide(channels, block * block, 'The channel count');
    return [
      { dtype: call.inputs[0]!.dtype, shape: [count, depth, multiplyDim(height, block), multiplyDim(width, block)] },
    ];
  },
  gradient: (node, [dy]) => [
    () =>
      textAttribute(node, 'mode', 'DCR') === 'DCR'
        ? spaceToDepth(dy!, blockOf(node))
        : squaresToChannels(dy!, blockOf(node), node.inputs[0]!.shape),
  ],
  samples: Object.fromEntries(
    (['DCR', 'CRD'] as const).map((mode) => [
      mode,
      (random) => {
        const block = random.integer(1, 3);
        const shape = [2, 2 * block * block, random.integer(1, 3), 2];
        return { inputs: [random.uniform(shape)], build: (x) => depthToSpace(x!, block, mode) };
      },
    ]),
  ),
};

/** DepthToSpace in mode CRD undone, for which there is no op. */
function squaresToChannels(x: Value, block: number, shape: Shape): Value {
  const [count, channels, height, width] = shape as readonly [Dim, Dim, Dim, Dim];
  const depth = divideDim(channels, block * block)!;
  const apart = reshape(x, [count, depth, height, block, width, block]);
  return reshape(transpose(apart, [0, 1, 3, 5, 2, 4]), shape);
}

export const SpaceToDepth: OpDefinition = {
  type: 'SpaceToDepth',
  infer: (call) => {
    const block = blockOf(call);
    const [count, channels, height, width] = imageOf(call);
    const [rows, columns] = [divide(height, block, 'The height'), divide(width, block, 'The width')];
    return [{ dtype: call.inputs[0]!.dtype, shape: [count, multiplyDim(channels, block * block), rows, columns] }];
  },
  gradient: (node, [dy]) => [() => depthToSpace(dy!, blockOf(node))],
  samples: {
    'any block': (random) => {
      const block = random.integer(1, 3);
      const shape = [2, random.integer(1, 2), 2 * block, random.integer(1, 2) * block];
      return { inputs: [random.uniform(shape)], build: (x) => spaceToDepth(x!, block) };
    },
  },
};
