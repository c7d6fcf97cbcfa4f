import type { GradConfig, NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import type { Tensorflow } from '../load.ts';

type Gradients = Readonly<Record<string, Omit<GradConfig, 'kernelName'>>>;

/**
 * Registers the gradients that the trainer needs, where they are not known: the core's build for Node has none, they
 * come with packages that bring megabytes of other things. What is known already stays.
 */
export function registerGradients(tf: Tensorflow): void {
  for (const [kernelName, config] of Object.entries({ ...elementwise(tf), ...layers(tf), ...shaping(tf) })) {
    if (tf.getGradient(kernelName) == null) tf.registerGradient({ kernelName, ...config });
  }
}

type Operands = readonly [Tensor, Tensor];

/** Sums a cotangent over the axes along which its operand was repeated; over leading ones as a product, which is quicker. */
function undoBroadcast(tf: Tensorflow, cotangent: Tensor, { shape }: Tensor): Tensor {
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (cotangent.size === size) return tf.reshape(cotangent, shape);
  const isTrailing = shape.every((dim, axis) => dim === cotangent.shape[axis + cotangent.rank - shape.length]);
  if (!isTrailing) {
    const axes = tf.broadcast_util.getReductionAxes(shape, cotangent.shape);
    return tf.reshape(tf.sum(cotangent, axes), shape);
  }
  const rows = cotangent.size / size;
  return tf.reshape(tf.matMul(tf.ones([1, rows]), tf.reshape(cotangent, [rows, size])), shape);
}

function elementwise(tf: Tensorflow): Gradients {
  const binary = (a: (dy: Tensor, operands: Operands) => Tensor, b: (dy: Tensor, operands: Operands) => Tensor) => ({
    inputsToSave: ['a', 'b'],
    gradFunc: (dy: Tensor | Tensor[], saved: Tensor[]) => {
      const operands = saved as unknown as Operands;
      return {
        a: () => undoBroadcast(tf, a(dy as Tensor, operands), operands[0]),
        b: () => undoBroadcast(tf, b(dy as Tensor, operands), operands[1]),
      };
    },
  });
  const unary = (derivative: (dy: Tensor, x: Tensor, attributes: NamedAttrMap) => Tensor) => ({
    inputsToSave: ['x'],
    gradFunc: (dy: Tensor | Tensor[], saved: Tensor[], attributes: NamedAttrMap) => ({
      x: () => derivative(dy as Tensor, saved[0]!, attributes),
    }),
  });
  return {
    Add: binary(
      (dy) => dy,
      (dy) => dy,
    ),
    Sub: binary(
      (dy) => dy,
      (dy) => tf.neg(dy),
    ),
    Multiply: binary(
      (dy, [, b]) => tf.mul(dy, b),
      (dy, [a]) => tf.mul(dy, a),
    ),
    RealDiv: binary(
      (dy, [, b]) => tf.div(dy, b),
      (dy, [a, b]) => tf.neg(tf.div(tf.mul(dy, a), tf.square(b))),
    ),
    Pow: binary(
      (dy, [a, b]) => tf.mul(dy, tf.mul(b, tf.pow(a, tf.sub(b, 1)))),
      (dy, [a, b]) => tf.mul(dy, tf.mul(tf.pow(a, b), tf.log(a))),
    ),
    Neg: unary((dy) => tf.neg(dy)),
    Square: unary((dy, x) => tf.mul(dy, tf.mul(x, 2))),
    Rsqrt: unary((dy, x) => tf.mul(dy, tf.mul(tf.pow(x, -1.5), -0.5))),
    Relu: unary((dy, x) => tf.mul(dy, tf.step(x))),
    LeakyRelu: unary((dy, x, { alpha }) => tf.mul(dy, tf.step(x, alpha as number))),
  };
}

function layers(tf: Tensorflow): Gradients {
  return {
    Conv2D: {
      inputsToSave: ['x', 'filter'],
      gradFunc: (cotangent, saved, attributes) => {
        const [x, filter] = saved as [Tensor, Tensor];
        const dy = cotangent as Tensor;
        const run = (kernel: string, inputs: Record<string, Tensor>, shape: Record<string, number[]>): Tensor =>
          tf.engine().runKernel(kernel, inputs, { ...attributes, ...shape }) as Tensor;
        return {
          x: () => run(tf.Conv2DBackpropInput, { dy, filter }, { inputShape: x.shape }),
          filter: () => run(tf.Conv2DBackpropFilter, { x, dy }, { filterShape: filter.shape }),
        };
      },
    },
    BatchMatMul: {
      inputsToSave: ['a', 'b'],
      gradFunc: (cotangent, saved, { transposeA, transposeB }) => {
        const [a, b] = saved as [Tensor, Tensor];
        const dy = cotangent as Tensor;
        const [flipA, flipB] = [transposeA as boolean, transposeB as boolean];
        return {
          a: () => (flipA ? tf.matMul(b, dy, flipB, true) : tf.matMul(dy, b, false, !flipB)),
          b: () => (flipB ? tf.matMul(dy, a, true, flipA) : tf.matMul(a, dy, !flipA, false)),
        };
      },
    },
    Softmax: {
      outputsToSave: [true],
      gradFunc: (cotangent, saved) => {
        const weighted = tf.mul(cotangent as Tensor, saved[0]!);
        return { logits: () => tf.sub(weighted, tf.mul(tf.sum(weighted, -1, true), saved[0]!)) };
      },
    },
  };
}

function shaping(tf: Tensorflow): Gradients {
  return {
    Reshape: {
      inputsToSave: ['x'],
      gradFunc: (dy, saved) => ({ x: () => tf.reshape(dy as Tensor, saved[0]!.shape) }),
    },
    Transpose: {
      gradFunc: (dy, _saved, { perm }) => {
        const order = perm as number[];
        return {
          x: () =>
            tf.transpose(
              dy as Tensor,
              order.map((_, axis) => order.indexOf(axis)),
            ),
        };
      },
    },
    Sum: {
      inputsToSave: ['x'],
      gradFunc: (dy, saved, { axis }) => {
        const { shape } = saved[0]!;
        const axes = tf.util.parseAxisParam(axis as number | number[], shape);
        const kept = shape.map((dim, index) => (axes.includes(index) ? 1 : dim));
        return { x: () => tf.mul(tf.reshape(dy as Tensor, kept), tf.ones(shape)) };
      },
    },
  };
}
