import type { ProviderName, ProviderReport } from '../../shared/entities.ts';
import {
  ATTRIBUTE_TYPES,
  type AttributeProto,
  encodeModel,
  type ModelProto,
  type ValueInfoProto,
} from './onnx/format/proto.ts';
import { builtInProviders, type NumberTensor, openSession } from './session.ts';

/** A probe passes when no number differs from the CPU's by more than this; the outputs lie between −1 and 1. */
export const PROBE_TOLERANCE = 1e-3;

const [CHANNELS, FILTERS, SIZE, CLASSES] = [16, 32, 32, 8];
const LARGE_BATCH = 96;
const TIMED_RUNS = 3;
/** A provider that needs longer than this for one item is not asked for the large batch. */
const SLOW_MS = 50;
const FLOAT = 1;

/**
 * Tries one provider alone: a small graph of Conv, Relu, MatMul and Softmax with fixed numbers must load, run, and
 * agree with the CPU. `milliseconds` is for one item of 14 million multiplications, within a batch of 96 unless one
 * item alone takes over 50 ms.
 */
export async function probeProvider(name: ProviderName): Promise<ProviderReport> {
  const unusable = (reason: string): ProviderReport => ({
    name,
    usable: false,
    reason,
    maxDifference: null,
    milliseconds: null,
  });
  if (!(await builtInProviders()).includes(name)) {
    return unusable(`Not part of this build of ONNX Runtime for ${process.platform}-${process.arch}.`);
  }
  const model = encodeModel(probeModel());
  const expected = await runProbe(model, 'cpu');
  let found = expected;
  try {
    if (name !== 'cpu') found = await runProbe(model, name);
  } catch (error) {
    return unusable(error instanceof Error ? error.message : String(error));
  }
  const maxDifference = greatestDifference(expected.values, found.values);
  const milliseconds = found.milliseconds;
  if (!(maxDifference <= PROBE_TOLERANCE)) {
    const reason = `Its numbers differ from the CPU’s by ${maxDifference.toPrecision(2)}, more than ${PROBE_TOLERANCE}.`;
    return { name, usable: false, reason, maxDifference, milliseconds };
  }
  const reason = name === 'cpu' ? 'The reference.' : `Agrees with the CPU within ${PROBE_TOLERANCE}.`;
  return { name, usable: true, reason, maxDifference, milliseconds };
}

interface ProbeRun {
  /** Probabilities of one item, so that a slow and a fast provider can be compared. */
  readonly values: Float32Array;
  readonly milliseconds: number;
}

async function runProbe(model: Uint8Array, provider: ProviderName): Promise<ProbeRun> {
  const session = await openSession(model, provider);
  const timed = async (batch: number): Promise<ProbeRun> => {
    const pixels = pixelsOf(batch);
    const start = performance.now();
    const results = await session.run({ pixels }, ['probabilities']);
    const milliseconds = (performance.now() - start) / batch;
    return { values: results.probabilities!.data, milliseconds };
  };
  await timed(1);
  const one = await timed(1);
  let { milliseconds } = one;
  if (milliseconds < SLOW_MS) {
    milliseconds = (await timed(LARGE_BATCH)).milliseconds;
    for (let run = 0; run < TIMED_RUNS; run += 1) {
      milliseconds = Math.min(milliseconds, (await timed(LARGE_BATCH)).milliseconds);
    }
  }
  await session.release();
  return { values: one.values, milliseconds };
}

const pixelsOf = (batch: number): NumberTensor => ({
  dtype: 'float32',
  data: wave(batch * CHANNELS * SIZE * SIZE, 1),
  shape: [batch, CHANNELS, SIZE, SIZE],
});

function probeModel(): ModelProto {
  const weight = (name: string, dims: readonly number[], scale: number) => {
    const data = wave(
      dims.reduce((product, dim) => product * dim, 1),
      scale,
    );
    return { name, dims, dataType: FLOAT, rawData: new Uint8Array(data.buffer) };
  };
  return {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    producerName: 'countenance',
    graph: {
      name: 'probe',
      input: [valueInfo('pixels', [CHANNELS, SIZE, SIZE])],
      output: [valueInfo('probabilities', [FILTERS, SIZE, CLASSES])],
      initializer: [
        weight('kernel1', [FILTERS, CHANNELS, 3, 3], 0.2),
        weight('kernel2', [FILTERS, FILTERS, 3, 3], 0.1),
        weight('bias', [FILTERS], 0.1),
        weight('projection', [SIZE, CLASSES], 0.3),
      ],
      node: [
        { opType: 'Conv', input: ['pixels', 'kernel1', 'bias'], output: ['conv1'], attribute: [SAME_PADDING] },
        { opType: 'Relu', input: ['conv1'], output: ['relu1'] },
        { opType: 'Conv', input: ['relu1', 'kernel2', 'bias'], output: ['conv2'], attribute: [SAME_PADDING] },
        { opType: 'Relu', input: ['conv2'], output: ['rectified'] },
        { opType: 'MatMul', input: ['rectified', 'projection'], output: ['projected'] },
        { opType: 'Softmax', input: ['projected'], output: ['probabilities'] },
      ],
    },
  };
}

const SAME_PADDING: AttributeProto = { name: 'pads', type: ATTRIBUTE_TYPES.ints, ints: [1, 1, 1, 1] };

const valueInfo = (name: string, shape: readonly number[]): ValueInfoProto => ({
  name,
  type: {
    tensorType: { elemType: FLOAT, shape: { dim: [{ dimParam: 'n' }, ...shape.map((dimValue) => ({ dimValue }))] } },
  },
});

/** Numbers between −scale and scale that repeat nowhere within reach and need no generator. */
const wave = (length: number, scale: number): Float32Array =>
  Float32Array.from({ length }, (_, index) => scale * Math.sin(index * 1.618 + (index % 7)));

function greatestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let greatest = 0;
  for (let index = 0; index < a.length; index += 1) {
    const difference = Math.abs(a[index]! - b[index]!);
    if (!(difference <= greatest)) greatest = difference;
  }
  return greatest;
}
