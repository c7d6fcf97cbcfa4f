import fc from 'fast-check';
import { Graph, type Value } from '../../../../src/main/engine/onnx/graph.ts';
import type { OpDefinition } from '../../../../src/main/engine/onnx/op.ts';
import { neg } from '../../../../src/main/engine/onnx/ops/arithmetic.ts';
import { OPS } from '../../../../src/main/engine/onnx/ops/index.ts';
import { reshape } from '../../../../src/main/engine/onnx/ops/shaping.ts';
import { type SampleInput, type SampleMaker, sampleRandom } from '../../../../src/main/engine/onnx/sample.ts';
import { isFloat, type TensorData, tensorOf } from '../../../../src/main/engine/onnx/tensor.ts';
import { seededRandom } from '../../../support/random.ts';

/** Every sample of every op, by a title that says which. */
export const SAMPLES: readonly (readonly [title: string, op: OpDefinition, make: SampleMaker])[] = OPS.flatMap(
  (op: OpDefinition) => Object.entries(op.samples).map(([title, make]) => [`${op.type}, ${title}`, op, make] as const),
);

export interface GraphCase {
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, TensorData>>;
}

/** One sample within a random graph. */
interface Part {
  readonly sample: number;
  readonly seed: number;
  /** Its operands are stored rather than fed. */
  readonly stored: boolean;
  /** Its nodes stand in the graph twice. */
  readonly twice: boolean;
  /** Its results are outputs; otherwise nothing reads them. */
  readonly read: boolean;
}

const part: fc.Arbitrary<Part> = fc.record({
  sample: fc.nat(SAMPLES.length - 1),
  seed: fc.nat(1000),
  stored: fc.boolean(),
  twice: fc.boolean(),
  read: fc.boolean(),
});

/** Graphs of one to four samples of any ops, with more nodes after them, some of them dead and some of them equal. */
export const randomGraph: fc.Arbitrary<GraphCase> = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => {
  const graph = new Graph();
  const feeds: Record<string, TensorData> = {};
  for (const [index, { sample, seed, stored, twice, read }] of parts.entries()) {
    const [, , make] = SAMPLES[sample]!;
    const operands = make(sampleRandom(seededRandom(seed))).inputs.map((input, at) => {
      const name = `x${index}.${at}`;
      if (stored) return graph.constant(tensorFor(input), name);
      feeds[name] = tensorFor(input);
      return graph.input(name, feeds[name].dtype, input.shape);
    });
    for (let copy = 0; copy < (twice ? 2 : 1); copy += 1) {
      const results = buildSample(make, seed, operands).map(withMore);
      if (!read && index > 0) continue;
      for (const [at, value] of results.entries()) graph.output(`y${index}.${copy}.${at}`, value);
    }
  }
  return { graph, feeds };
});

/** A graph of one sample, every operand of it stored. */
export function storedSample(make: SampleMaker, seed: number): Graph {
  const graph = new Graph();
  const { inputs } = make(sampleRandom(seededRandom(seed)));
  const operands = inputs.map((input, at) => graph.constant(tensorFor(input), `x${at}`));
  for (const [at, value] of buildSample(make, seed, operands).entries()) graph.output(`y${at}`, value);
  return graph;
}

/** A sample draws when it is made and when it is built, so that each build needs a sample of its own. */
function buildSample(make: SampleMaker, seed: number, operands: readonly Value[]): readonly Value[] {
  const built = make(sampleRandom(seededRandom(seed))).build(...operands);
  return Array.isArray(built) ? (built as readonly Value[]) : [built as Value];
}

const withMore = (value: Value): Value => (isFloat(value.dtype) ? neg(reshape(value, [-1])) : value);

const tensorFor = ({ kind, shape, values }: SampleInput): TensorData =>
  tensorOf(kind === 'float' ? 'float32' : kind, shape, values);
