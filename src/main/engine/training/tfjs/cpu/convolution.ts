import { addProduct, view } from './gemm.ts';

/** A convolution with strides of 1: N×H×W×I images, a kernel of h×w×I×O, N×H'×W'×O results; sizes and padding. */
export interface Convolution {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly top: number;
  readonly left: number;
}

/** The results. Each row of one is a product of a row of the image, read with overlaps, and a row of the kernel. */
export function convolve(x: Float32Array, kernel: Float32Array, conv: Convolution): Float32Array {
  const { images, inputs, outputs, kernelWidth, outHeight, outWidth } = conv;
  const y = new Float32Array(images * outHeight * outWidth * outputs);
  const depth = kernelWidth * inputs;
  forEachRow(x, conv, (padded, padRow, outRow, kernelRow) =>
    addProduct(
      outWidth,
      outputs,
      depth,
      view(padded, padRow, inputs, 1),
      view(kernel, kernelRow * depth * outputs, outputs, 1),
      view(y, outRow * outWidth * outputs, outputs, 1),
    ),
  );
  return y;
}

/** The derivative in the kernel, h×w×I×O, from that in the results. */
export function kernelGradient(x: Float32Array, dy: Float32Array, conv: Convolution): Float32Array {
  const { inputs, outputs, kernelHeight, kernelWidth, outWidth } = conv;
  const depth = kernelWidth * inputs;
  const gradient = new Float32Array(kernelHeight * depth * outputs);
  forEachRow(x, conv, (padded, padRow, outRow, kernelRow) =>
    addProduct(
      depth,
      outputs,
      outWidth,
      view(padded, padRow, 1, inputs),
      view(dy, outRow * outWidth * outputs, outputs, 1),
      view(gradient, kernelRow * depth * outputs, outputs, 1),
    ),
  );
  return gradient;
}

/** The derivative in the images: a convolution of that in the results with the kernel turned round. */
export function imageGradient(dy: Float32Array, kernel: Float32Array, conv: Convolution): Float32Array {
  const { inputs, outputs, kernelHeight, kernelWidth } = conv;
  const turned = new Float32Array(kernel.length);
  const places = kernelHeight * kernelWidth;
  for (let place = 0; place < places; place += 1) {
    for (let input = 0; input < inputs; input += 1) {
      for (let output = 0; output < outputs; output += 1) {
        const at = ((places - 1 - place) * outputs + output) * inputs + input;
        turned[at] = kernel[(place * inputs + input) * outputs + output]!;
      }
    }
  }
  return convolve(dy, turned, {
    ...conv,
    inputs: outputs,
    outputs: inputs,
    height: conv.outHeight,
    width: conv.outWidth,
    outHeight: conv.height,
    outWidth: conv.width,
    top: kernelHeight - 1 - conv.top,
    left: kernelWidth - 1 - conv.left,
  });
}

type Visit = (padded: Float32Array, padRow: number, outRow: number, kernelRow: number) => void;

/** Visits each row of results with each row of the kernel, and where in the padded image what they meet begins. */
function forEachRow(x: Float32Array, conv: Convolution, visit: Visit): void {
  const { images, height, width, inputs, kernelHeight, kernelWidth, outHeight, outWidth, top, left } = conv;
  const rowLength = (outWidth + kernelWidth - 1) * inputs;
  const padded = new Float32Array((outHeight + kernelHeight - 1) * rowLength);
  for (let image = 0; image < images; image += 1) {
    for (let row = 0; row < height; row += 1) {
      const from = (image * height + row) * width * inputs;
      padded.set(x.subarray(from, from + width * inputs), (row + top) * rowLength + left * inputs);
    }
    for (let row = 0; row < outHeight; row += 1) {
      for (let kernelRow = 0; kernelRow < kernelHeight; kernelRow += 1) {
        visit(padded, (row + kernelRow) * rowLength, image * outHeight + row, kernelRow);
      }
    }
  }
}
