import { setImmediate } from 'node:timers/promises';
import { largestBetween } from '../models/difference.ts';
import { elementCount, type TensorData } from '../onnx/tensor.ts';
import type { CheckFaces } from './check-faces.ts';
import type { BatchOutputs, Reference } from './subject.ts';

/** Faces at once. */
const BATCH = 32;
const ROLES = ['probabilities', 'logits', 'embedding'] as const;

/** By how much two models' words on the same faces differ. */
export interface Comparison {
  /** Of each output that both have. */
  readonly outputs: readonly { readonly name: string; readonly maxDifference: number }[];
  /** Of the probabilities. */
  readonly maxDifference: number;
  /** Faces whose most probable class differs. */
  readonly changed: number;
}

/** What a model says of all the faces, asked in batches. Throws the signal's reason once it has aborted. */
export async function outputsOf(model: Reference, faces: CheckFaces, signal: AbortSignal): Promise<BatchOutputs> {
  const all = await faces.as(model.input);
  const size = model.fixedBatch ?? Math.min(BATCH, faces.count);
  const parts: BatchOutputs[] = [];
  for (let start = 0; start < faces.count; start += size) {
    // The session blocks this thread, so a wish to stop is only heard where the event loop turns.
    await setImmediate();
    signal.throwIfAborted();
    const count = Math.min(size, faces.count - start);
    const found = await model.run(rowsOf(all, start, count, model.fixedBatch ?? count));
    parts.push(mapOutputs(found, (tensor) => rowsOf(tensor, 0, count, count)));
  }
  return mapOutputs(parts[0]!, (_, role) => stacked(parts.map((part) => part[role]!)));
}

export function compareOutputs(a: BatchOutputs, b: BatchOutputs): Comparison {
  const outputs = ROLES.flatMap((name) => {
    const [first, second] = [a[name], b[name]];
    return first === undefined || second === undefined
      ? []
      : [{ name, maxDifference: largestBetween(first.data, second.data) }];
  });
  const [tops, others] = [topsOf(a.probabilities), topsOf(b.probabilities)];
  return {
    outputs,
    maxDifference: outputs[0]!.maxDifference,
    changed: tops.filter((top, face) => top !== others[face]).length,
  };
}

function mapOutputs(
  outputs: BatchOutputs,
  change: (tensor: TensorData, role: (typeof ROLES)[number]) => TensorData,
): BatchOutputs {
  const { probabilities, logits, embedding } = outputs;
  return {
    probabilities: change(probabilities, 'probabilities'),
    ...(logits !== undefined && { logits: change(logits, 'logits') }),
    ...(embedding !== undefined && { embedding: change(embedding, 'embedding') }),
  };
}

/** `count` rows from `start` on, in a tensor of `size` rows whose rest is zero. */
function rowsOf({ dtype, shape, data }: TensorData, start: number, count: number, size: number): TensorData {
  const width = elementCount(shape.slice(1));
  const rows = data.slice(start * width, (start + count) * width);
  const whole = count === size ? rows : new (data.constructor as Float32ArrayConstructor)(size * width);
  if (whole !== rows) (whole as Float32Array).set(rows as Float32Array);
  return { dtype, shape: [size, ...shape.slice(1)], data: whole };
}

function stacked(parts: readonly TensorData[]): TensorData {
  const [{ dtype, shape }] = parts as readonly [TensorData];
  const data = Float32Array.from(parts.flatMap((part) => Array.from(part.data as Float32Array)));
  return { dtype, shape: [data.length / elementCount(shape.slice(1)), ...shape.slice(1)], data };
}

function topsOf({ shape, data }: TensorData): readonly number[] {
  const [count, classes] = shape as readonly [number, number];
  return Array.from({ length: count }, (_, face) => {
    const row = Array.from((data as Float32Array).subarray(face * classes, (face + 1) * classes));
    return row.indexOf(Math.max(...row));
  });
}
