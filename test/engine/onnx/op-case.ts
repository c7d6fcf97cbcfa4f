import { gradients } from '../../../src/main/engine/onnx/autodiff.ts';
import { Graph, type Value } from '../../../src/main/engine/onnx/graph.ts';
import type { OpDefinition } from '../../../src/main/engine/onnx/op.ts';
import { compile } from '../../../src/main/engine/onnx/run.ts';
import type { Sample, SampleInput } from '../../../src/main/engine/onnx/sample.ts';
import { type DType, isFloat, numbersOf, type TensorData, tensorOf } from '../../../src/main/engine/onnx/tensor.ts';

export type Precision = 'float64' | 'float32';

/** Step and tolerance of central differences: the error is about step² plus rounding ÷ step, near 1e-9 and 1e-3. */
const DIFFERENCES: Readonly<Record<Precision, { readonly step: number; readonly tolerance: number }>> = {
  float64: { step: 1e-5, tolerance: 1e-6 },
  float32: { step: 1e-2, tolerance: 5e-3 },
};

/** What a sample's floating-point operands may be for an evaluation: shapes are computed with as int64. */
export type ElementType = Precision | 'int64';

const dtypeOf = ({ kind }: SampleInput, type: ElementType): DType => (kind === 'float' ? type : kind);

function tensorFor(input: SampleInput, type: ElementType): TensorData {
  const whole = input.kind === 'float' && type === 'int64';
  const values = whole ? input.values.map((value) => Math.round(value * 8)) : input.values;
  return tensorOf(dtypeOf(input, type), input.shape, values);
}

interface BuiltCase {
  readonly graph: Graph;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly feeds: Readonly<Record<string, TensorData>>;
}

function buildCase(sample: Sample, precision: ElementType): BuiltCase {
  const graph = new Graph();
  const inputs = sample.inputs.map((input, index) => graph.input(`x${index}`, dtypeOf(input, precision), input.shape));
  const built = sample.build(...inputs);
  const outputs = Array.isArray(built) ? (built as readonly Value[]) : [built as Value];
  for (const [index, value] of outputs.entries()) graph.output(`y${index}`, value);
  const feeds = Object.fromEntries(sample.inputs.map((input, index) => [`x${index}`, tensorFor(input, precision)]));
  return { graph, inputs, outputs, feeds };
}

export interface ShapeFinding {
  readonly stated: string;
  readonly computed: string;
}

/** Each output's type by the shape rule and as ONNX Runtime computes it. */
export async function compareShapes(sample: Sample, precision: Precision): Promise<readonly ShapeFinding[]> {
  const { graph, outputs, feeds } = buildCase(sample, precision);
  const executable = await compile(graph);
  const results = await executable.run(feeds);
  await executable.release();
  return outputs.map((output, index) => {
    const { dtype, shape } = results[`y${index}`]!;
    return { stated: `${output.dtype}[${output.shape.join(', ')}]`, computed: `${dtype}[${shape.join(', ')}]` };
  });
}

/** Whether the sample has a floating-point result of floating-point operands. */
export function isDifferentiable(sample: Sample): boolean {
  const { inputs, outputs } = buildCase(sample, 'float32');
  return [inputs, outputs].every((values) => values.some(({ dtype }) => isFloat(dtype)));
}

interface DifferentiatedCase extends BuiltCase {
  readonly floats: readonly Value[];
  readonly variables: readonly Value[];
  /** The cotangent of each floating-point output. */
  readonly weights: readonly (readonly number[])[];
}

/** The case with an output `dy<output>/d<variable>` for each pair of them. */
function buildGradients(sample: Sample, precision: Precision): DifferentiatedCase {
  const built = buildCase(sample, precision);
  const { graph, inputs, outputs } = built;
  const floats = outputs.filter((output) => isFloat(output.dtype));
  const variables = inputs.filter((input) => isFloat(input.dtype));
  const weights = floats.map((output) => weightsFor(output.staticShape));
  for (const [index, output] of floats.entries()) {
    const cotangent = graph.constant(tensorOf(precision, output.staticShape, weights[index]!));
    for (const [at, found] of gradients(graph, output, variables, cotangent).entries()) {
      graph.output(`dy${index}/d${variables[at]!.name}`, found);
    }
  }
  return { ...built, floats, variables, weights };
}

/** Central differences of Σ w·y beside the graph's gradient, w fixed and different for every element of y. */
export async function compareGradients(sample: Sample, wanted?: Precision): Promise<void> {
  const precision = wanted ?? (await precisionOf((type) => buildGradients(sample, type).graph));
  const { graph, outputs, feeds, floats, variables, weights } = buildGradients(sample, precision);
  const executable = await compile(graph);
  const names = [...graph.outputs.keys()].filter((name) => name.startsWith('dy'));
  const objective = async (changed: Record<string, TensorData>): Promise<number> => {
    const results = await executable.run(
      { ...feeds, ...changed },
      floats.map((output) => outputNameOf(output, outputs)),
    );
    let sum = 0;
    for (const [index, output] of floats.entries()) {
      const values = numbersOf(results[outputNameOf(output, outputs)]!);
      values.forEach((value, at) => {
        sum += value * weights[index]![at]!;
      });
    }
    return sum;
  };
  const found = await executable.run(feeds, names);
  const { step, tolerance } = DIFFERENCES[precision];
  for (const variable of variables) {
    const tensor = feeds[variable.name]!;
    const numbers = numbersOf(tensor);
    const parts = floats.map((_, index) => numbersOf(found[`dy${index}/d${variable.name}`]!));
    const computed = numbers.map((_, at) => parts.reduce((sum, part) => sum + part[at]!, 0));
    const expected: number[] = [];
    for (const [at, number] of numbers.entries()) {
      const moved = (to: number): Record<string, TensorData> => ({
        [variable.name]: tensorOf(precision, tensor.shape, numbers.with(at, to)),
      });
      const difference = (await objective(moved(number + step))) - (await objective(moved(number - step)));
      expected.push(difference / (2 * step));
    }
    const scale = Math.max(1, ...expected.map(Math.abs));
    const worst = Math.max(0, ...expected.map((value, at) => Math.abs(value - computed[at]!)));
    if (!(worst <= tolerance * scale)) {
      throw new Error(
        `The gradient of ${variable} differs by ${worst} (${precision}).\n` +
          `differences: ${expected.join(', ')}\ngradient:    ${computed.join(', ')}`,
      );
    }
  }
  await executable.release();
}

const outputNameOf = (output: Value, outputs: readonly Value[]): string => `y${outputs.indexOf(output)}`;

/** Numbers of order 1 that repeat nowhere within reach. */
const weightsFor = (shape: readonly number[]): readonly number[] =>
  Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, (_, at) => Math.sin(at * 1.618 + 0.7));

export interface EvaluationFinding {
  readonly evaluated: TensorData;
  readonly computed: TensorData;
}

/**
 * Each result of the sample's nodes of an op as `evaluate` gives it, beside ONNX Runtime's. The nodes' operands are
 * constants of what the runtime computed for them. Throws where `evaluate` gives none.
 */
export async function compareEvaluation(
  op: OpDefinition,
  sample: Sample,
  type: ElementType,
): Promise<readonly EvaluationFinding[]> {
  const { graph, feeds } = buildCase(sample, type);
  const nodes = graph.nodes.filter((node) => node.op === op);
  const operands = new Set(nodes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]));
  for (const value of operands) if (value !== null) graph.output(`value ${value.name}`, value);
  const executable = await compile(graph);
  const computed = await executable.run(feeds);
  await executable.release();
  return nodes.flatMap(({ inputs, attributes, outputs }) => {
    const alone = new Graph(graph.opset);
    const constants = inputs.map((value) => value && alone.constant(computed[`value ${value.name}`]!));
    alone.add(op, constants, attributes, outputs.length);
    const results = op.evaluate!(alone.nodes[0]!);
    if (results === null) throw new Error(`${op.type}(${inputs.map(String).join(', ')}) is not evaluated.`);
    return outputs.map(({ name }, index) => ({ evaluated: results[index]!, computed: computed[`value ${name}`]! }));
  });
}

/** float64 where ONNX Runtime has the op's kernels in it, otherwise float32. */
export const precisionFor = (sample: Sample): Promise<Precision> =>
  precisionOf((type) => buildCase(sample, type).graph);

const precisionOf = async (build: (type: Precision) => Graph): Promise<Precision> =>
  (await isSupported('float64', build)) ? 'float64' : 'float32';

/** The element types in which ONNX Runtime has the kernels of a sample. */
export async function typesFor(sample: Sample): Promise<readonly ElementType[]> {
  const types: ElementType[] = [];
  for (const type of ['float32', 'float64', 'int64'] as const) {
    if (await isSupported(type, (wanted) => buildCase(sample, wanted).graph)) types.push(type);
  }
  return types;
}

async function isSupported<Type extends ElementType>(type: Type, build: (type: Type) => Graph): Promise<boolean> {
  try {
    await (await compile(build(type))).release();
    return true;
  } catch (error) {
    const noKernel = /NOT_IMPLEMENTED|Could not find an implementation|INVALID_GRAPH|Type Error/i.test(String(error));
    const noWholeNumber = type === 'int64' && error instanceof RangeError;
    if (noKernel || noWholeNumber) return false;
    throw error;
  }
}
