import { describe, expect, it } from 'vitest';
import { inputArray, inputShape, softmax, writeFace } from '../../src/main/engine/pipeline.ts';
import { type Pixels, resizeBilinear } from '../../src/main/engine/resize.ts';
import type { ModelInput } from '../../src/shared/model-spec.ts';

const grey = (width: number, height: number, values: readonly number[]): Pixels => ({
  width,
  height,
  channels: 1,
  data: Uint8Array.from(values),
});

const input = (change: Partial<ModelInput>): ModelInput => ({
  name: 'pixels',
  dtype: 'float32',
  layout: 'NCHW',
  width: 2,
  height: 1,
  colour: 'rgb',
  channels: 3,
  scale: 1,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  ...change,
});

const TWO_PIXELS: Pixels = { width: 2, height: 1, channels: 3, data: Uint8Array.from([10, 20, 30, 40, 50, 60]) };

const written = (image: Pixels, spec: ModelInput): number[] => {
  const target = inputArray(spec, 1);
  writeFace(image, spec, target, 0);
  return [...target];
};

describe('bilinear resizing', () => {
  it('samples at half-pixel centres and clamps at the border when enlarging', () => {
    // Output x lies at (x + 0.5) / 2 − 0.5 = −0.25, 0.25, 0.75, 1.25 of the input.
    expect([...resizeBilinear(grey(2, 1, [0, 100]), 4, 1).data]).toEqual([0, 25, 75, 100]);
  });

  it('takes two neighbours, not an area, when shrinking', () => {
    // (0.5) · 3 − 0.5 = 1 and (1.5) · 3 − 0.5 = 4: exactly the second and the fifth pixel.
    expect([...resizeBilinear(grey(6, 1, [1, 2, 3, 40, 50, 60]), 2, 1).data]).toEqual([2, 50]);
    expect([...resizeBilinear(grey(4, 1, [0, 10, 20, 40]), 2, 1).data]).toEqual([5, 30]);
  });

  it('mixes rows and columns', () => {
    const { data } = resizeBilinear(grey(2, 2, [0, 100, 200, 60]), 1, 1);
    expect([...data]).toEqual([90]);
  });

  it('agrees with PyTorch’s interpolate (align_corners=False) for 3×3 to 2×4', () => {
    const image = grey(3, 3, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    // Rows at 0.25 and 1.75, columns at 0 (clamped), 0.625, 1.375, 2 (clamped); the image is 3·row + column.
    const expected = [0.25, 1.75].flatMap((row) => [0, 0.625, 1.375, 2].map((column) => 3 * row + column));
    const { data } = resizeBilinear(image, 4, 2);
    expected.forEach((wanted, at) => {
      expect(data[at]).toBeCloseTo(wanted, 5);
    });
  });

  it('keeps channels apart, and hands back an image of the right size as it is', () => {
    expect([...resizeBilinear(TWO_PIXELS, 1, 1).data]).toEqual([25, 35, 45]);
    expect(resizeBilinear(TWO_PIXELS, 2, 1)).toBe(TWO_PIXELS);
  });
});

describe('a face as model input', () => {
  it('stands in planes for NCHW and in pixels for NHWC', () => {
    expect(written(TWO_PIXELS, input({}))).toEqual([10, 40, 20, 50, 30, 60]);
    expect(written(TWO_PIXELS, input({ layout: 'NHWC' }))).toEqual([10, 20, 30, 40, 50, 60]);
    expect(inputShape(input({}), 5)).toEqual([5, 3, 1, 2]);
    expect(inputShape(input({ layout: 'NHWC' }), 5)).toEqual([5, 1, 2, 3]);
  });

  it('has its channels turned round for BGR', () => {
    expect(written(TWO_PIXELS, input({ colour: 'bgr', layout: 'NHWC' }))).toEqual([30, 20, 10, 60, 50, 40]);
  });

  it('is repeated for grey images, and weighed into grey for colour ones', () => {
    expect(written(grey(2, 1, [7, 9]), input({}))).toEqual([7, 9, 7, 9, 7, 9]);
    const luma = written(TWO_PIXELS, input({ colour: 'grey', channels: 1, mean: [0], std: [1] }));
    expect(luma[0]).toBeCloseTo(0.299 * 10 + 0.587 * 20 + 0.114 * 30, 4);
    expect(luma[1]).toBeCloseTo(0.299 * 40 + 0.587 * 50 + 0.114 * 60, 4);
  });

  it('is scaled, then shifted and divided channel by channel', () => {
    const spec = input({ scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
    const expected = [
      (10 / 255 - 0.485) / 0.229,
      (40 / 255 - 0.485) / 0.229,
      (20 / 255 - 0.456) / 0.224,
      (50 / 255 - 0.456) / 0.224,
      (30 / 255 - 0.406) / 0.225,
      (60 / 255 - 0.406) / 0.225,
    ];
    written(TWO_PIXELS, spec).forEach((found, at) => {
      expect(found).toBeCloseTo(expected[at]!, 5);
    });
  });

  it('turns channels and means round together for BGR: the first mean is blue’s', () => {
    const spec = input({ colour: 'bgr', width: 1, mean: [30, 20, 10] });
    expect(written({ ...TWO_PIXELS, width: 1, data: TWO_PIXELS.data.slice(0, 3) }, spec)).toEqual([0, 0, 0]);
  });

  it('is rounded and clamped for uint8 inputs', () => {
    const spec = input({ dtype: 'uint8', colour: 'grey', channels: 1, scale: 3, mean: [0], std: [1], width: 4 });
    expect(written(grey(2, 1, [1, 100]), spec)).toEqual([3, 77, 226, 255]);
  });

  it('lands in its own place of a batch', () => {
    const spec = input({ colour: 'grey', channels: 1, mean: [0], std: [1] });
    const target = inputArray(spec, 3);
    writeFace(grey(2, 1, [5, 6]), spec, target, 1);
    expect([...target]).toEqual([0, 0, 5, 6, 0, 0]);
  });
});

describe('softmax', () => {
  it('gives shares of e to the logit', () => {
    const shares = softmax(Float32Array.from([0, Math.log(2), Math.log(5)]));
    [1 / 8, 2 / 8, 5 / 8].forEach((wanted, at) => {
      expect(shares[at]).toBeCloseTo(wanted, 6);
    });
  });

  it('does not overflow', () => {
    expect([...softmax(Float32Array.from([1000, 1000, -1000]))]).toEqual([0.5, 0.5, 0]);
  });
});
