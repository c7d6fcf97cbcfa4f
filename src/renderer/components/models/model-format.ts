import type { ModelInput, TensorInfo } from '../../../shared/model-spec.ts';

/** A number of parameters as people say it: 812, 64.2 k, 1.06 M, 86.6 M. */
export function parameters(count: number): string {
  const scale = (
    [
      [1e9, 'B'],
      [1e6, 'M'],
      [1e3, 'k'],
    ] as const
  ).find(([unit]) => count >= unit);
  return scale === undefined ? String(count) : `${Number((count / scale[0]).toPrecision(3))} ${scale[1]}`;
}

const COLOURS = { grey: 'grey', rgb: 'RGB', bgr: 'BGR' } as const;

/** The input in one line: '48 × 48 grey, uint8, NCHW'. */
export function inputLine(input: ModelInput): string {
  return `${input.width} × ${input.height} ${COLOURS[input.colour]}, ${input.dtype}, ${input.layout}`;
}

const shortNumber = (value: number): string => String(Number(value.toPrecision(4)));

/** A scale as people write it: 1/255 rather than 0.00392…, and short otherwise. */
export function scaleText(scale: number): string {
  const inverse = 1 / scale;
  const whole = Math.round(inverse);
  return whole > 1 && Math.abs(inverse - whole) < 1e-6 * whole ? `1/${whole}` : String(scale);
}

/** How bytes become the model's numbers, in words: 'bytes as they are', or '(byte × 1/255 − 0.5) ÷ 0.25'. */
export function scalingLine(input: ModelInput): string {
  const shifted = input.mean.some((value) => value !== 0);
  const divided = input.std.some((value) => value !== 1);
  const list = (values: readonly number[]): string =>
    new Set(values).size === 1 ? shortNumber(values[0]!) : `[${values.map(shortNumber).join(', ')}]`;
  if (input.scale === 1 && !shifted && !divided) return 'bytes as they are, 0 to 255';
  const scaled = input.scale === 1 ? 'byte' : `byte × ${scaleText(input.scale)}`;
  const centred = shifted ? `${scaled} − ${list(input.mean)}` : scaled;
  if (!divided) return centred;
  return `${shifted ? `(${centred})` : centred} ÷ ${list(input.std)}`;
}

/** A tensor's shape: 'n × 1 × 48 × 48', or 'scalar'. */
export function shapeText(tensor: TensorInfo): string {
  return tensor.shape.length === 0 ? 'scalar' : tensor.shape.join(' × ');
}
