import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadTensorflow } from '../../../../src/main/engine/training/tfjs/load.ts';
import { seededRandom } from '../../../support/random.ts';

const { tf } = await loadTensorflow('');

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

const next = seededRandom(4);
const random = (...shape: number[]): Tensor =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, () => next() * 2 - 1),
    shape,
  );

const numbers = (tensor: Tensor): number[] => Array.from(tensor.dataSync());

function expectClose(found: Tensor | readonly number[], expected: readonly number[]): void {
  const values = Array.isArray(found) ? (found as number[]) : numbers(found as Tensor);
  expect(values).toHaveLength(expected.length);
  for (const [at, value] of values.entries()) expect(value).toBeCloseTo(expected[at]!, 4);
}

/** A convolution by its definition: `same` padding or none, any stride. */
function convolutionOf(x: Tensor4D, filter: Tensor4D, stride: number, pad: 'same' | 'valid'): number[] {
  const [images, height, width, inputs] = x.shape;
  const [tall, wide, , outputs] = filter.shape;
  const outSide = (side: number, kernel: number) =>
    pad === 'same' ? Math.ceil(side / stride) : Math.floor((side - kernel) / stride) + 1;
  const [outHeight, outWidth] = [outSide(height, tall), outSide(width, wide)];
  const before = (side: number, kernel: number, out: number) =>
    pad === 'same' ? Math.floor(Math.max(0, (out - 1) * stride + kernel - side) / 2) : 0;
  const [top, left] = [before(height, tall, outHeight), before(width, wide, outWidth)];
  const [a, b] = [numbers(x), numbers(filter)];
  const result: number[] = [];
  for (let image = 0; image < images; image += 1)
    for (let row = 0; row < outHeight; row += 1)
      for (let column = 0; column < outWidth; column += 1)
        for (let output = 0; output < outputs; output += 1) {
          let sum = 0;
          for (let down = 0; down < tall; down += 1)
            for (let along = 0; along < wide; along += 1) {
              const [y, z] = [row * stride + down - top, column * stride + along - left];
              if (y < 0 || z < 0 || y >= height || z >= width) continue;
              for (let input = 0; input < inputs; input += 1) {
                const place = ((image * height + y) * width + z) * inputs + input;
                sum += a[place]! * b[((down * wide + along) * inputs + input) * outputs + output]!;
              }
            }
          result.push(sum);
        }
  return result;
}

describe('a convolution on the CPU backend', () => {
  it.each([
    ['7×7 of one channel', [2, 9, 8, 1], [7, 7, 1, 5], 1, 'same'],
    ['3×3', [2, 5, 7, 4], [3, 3, 4, 6], 1, 'same'],
    ['1×1', [1, 4, 4, 3], [1, 1, 3, 7], 1, 'same'],
    ['even and oblong', [1, 6, 5, 2], [4, 2, 2, 3], 1, 'same'],
    ['without padding', [2, 6, 6, 2], [3, 3, 2, 2], 1, 'valid'],
    ['with a stride, by the backend’s own kernel', [2, 7, 7, 2], [3, 3, 2, 4], 2, 'same'],
  ] as const)('is what its definition says: %s', (_, shape, kernel, stride, pad) => {
    const [x, filter] = [random(...shape) as Tensor4D, random(...kernel) as Tensor4D];
    expectClose(tf.conv2d(x, filter, stride, pad), convolutionOf(x, filter, stride, pad));
  });
});

/** What central differences give for Σ cotangent · f in each element of one operand. */
function slopes(f: (...operands: Tensor[]) => Tensor, operands: readonly Tensor[], which: number, cotangent: Tensor) {
  const STEP = 1e-2;
  const { shape } = operands[which]!;
  const values = numbers(operands[which]!);
  return values.map((value, at) => {
    const at1 = (moved: number): number => {
      const changed = tf.tensor(
        values.map((other, index) => (index === at ? moved : other)),
        shape,
      );
      const result = f(...operands.map((operand, index) => (index === which ? changed : operand)));
      const weights = numbers(cotangent);
      return numbers(result).reduce((sum, number, index) => sum + number * weights[index]!, 0);
    };
    return (at1(value + STEP) - at1(value - STEP)) / (2 * STEP);
  });
}

const positive = (...shape: number[]): Tensor => tf.add(tf.abs(random(...shape)), 0.5);

describe('a product of matrices on the CPU backend', () => {
  it.each([
    [
      [1, 4, 5],
      [3, 5, 2],
    ],
    [
      [3, 4, 5],
      [1, 5, 2],
    ],
    [
      [3, 1, 5],
      [3, 5, 4],
    ],
  ])('of %j and %j is the sum over what they share', (first, second) => {
    const [a, b] = [random(...first), random(...second)];
    const product = tf.matMul(a, b);
    const wide = tf.mul(tf.expandDims(a, -1), tf.expandDims(b, -3));
    expect(product.shape).toEqual(tf.sum(wide, -2).shape);
    expectClose(product, numbers(tf.sum(wide, -2)));
  });
});

describe('a gradient is what central differences give', () => {
  const cases: Readonly<Record<string, readonly [(...operands: Tensor[]) => Tensor, () => readonly Tensor[]]>> = {
    add: [(a, b) => tf.add(a!, b!), () => [random(2, 3), random(2, 3)]],
    'add of a row': [(a, b) => tf.add(a!, b!), () => [random(4, 3), random(3)]],
    'add of a column': [(a, b) => tf.add(a!, b!), () => [random(4, 3), random(4, 1)]],
    'sub from a row': [(a, b) => tf.sub(a!, b!), () => [random(3), random(4, 3)]],
    'sub of a number': [(a, b) => tf.sub(a!, b!), () => [random(2, 2), random()]],
    'mul of a row': [(a, b) => tf.mul(a!, b!), () => [random(2, 2, 3), random(3)]],
    'mul of a number': [(a, b) => tf.mul(a!, b!), () => [random(), random(2, 3)]],
    div: [(a, b) => tf.div(a!, b!), () => [random(2, 3), positive(3)]],
    pow: [(a, b) => tf.pow(a!, b!), () => [positive(2, 3), positive()]],
    neg: [(x) => tf.neg(x!), () => [random(3)]],
    square: [(x) => tf.square(x!), () => [random(3)]],
    rsqrt: [(x) => tf.rsqrt(x!), () => [positive(4)]],
    relu: [(x) => tf.relu(x!), () => [tf.tensor1d([-1, -0.4, 0.3, 2])]],
    leakyRelu: [(x) => tf.leakyRelu(x!, 0.2), () => [tf.tensor1d([-1, -0.4, 0.3, 2])]],
    softmax: [(x) => tf.softmax(x!), () => [random(2, 4)]],
    logSoftmax: [(x) => tf.logSoftmax(x!), () => [random(2, 4)]],
    reshape: [(x) => tf.reshape(x!, [3, 2]), () => [random(2, 3)]],
    transpose: [(x) => tf.transpose(x!, [2, 0, 1]), () => [random(2, 3, 2)]],
    sum: [(x) => tf.sum(x!), () => [random(2, 3)]],
    'sum over an axis': [(x) => tf.sum(x!, 1, true), () => [random(2, 3, 2)]],
    matMul: [(a, b) => tf.matMul(a!, b!), () => [random(4, 5), random(5, 3)]],
    'matMul of a row': [(a, b) => tf.matMul(a!, b!), () => [random(1, 5), random(5, 4)]],
    'matMul, first turned': [(a, b) => tf.matMul(a!, b!, true), () => [random(2, 5, 4), random(2, 5, 3)]],
    'matMul, second turned': [(a, b) => tf.matMul(a!, b!, false, true), () => [random(4, 5), random(3, 5)]],
    'matMul, both turned': [(a, b) => tf.matMul(a!, b!, true, true), () => [random(5, 4), random(3, 5)]],
    conv2d: [
      (x, filter) => tf.conv2d(x as Tensor4D, filter as Tensor4D, 1, 'same'),
      () => [random(2, 4, 5, 2), random(3, 3, 2, 4)],
    ],
    'conv2d, even': [
      (x, filter) => tf.conv2d(x as Tensor4D, filter as Tensor4D, 1, 'same'),
      () => [random(1, 4, 3, 1), random(2, 4, 1, 2)],
    ],
  };

  it.each(Object.keys(cases))('%s', (name) => {
    const [f, make] = cases[name]!;
    const operands = make();
    const cotangent = random(...f(...operands).shape);
    const found = tf.grads(f)([...operands], cotangent);
    for (const [which, operand] of operands.entries()) {
      expect(found[which]!.shape).toEqual(operand.shape);
      const expected = slopes(f, operands, which, cotangent);
      for (const [at, value] of numbers(found[which]!).entries()) expect(value).toBeCloseTo(expected[at]!, 2);
    }
  });
});
