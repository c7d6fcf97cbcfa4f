import { GraphError } from '../../../shared/errors.ts';
import type { Attributes } from './attributes.ts';
import type { GraphProto, ModelProto, TypeProto } from './format/proto.ts';
import type { Call, OpDefinition } from './op.ts';
import { isStatic, type Shape } from './shape.ts';
import { type DType, type TensorData, tensorOf } from './tensor.ts';

/** The operator set a new graph is written in: the first with Gelu as one op. */
export const DEFAULT_OPSET = 20;

export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** One use of an op in a graph. Nodes stand in an order in which each follows those it reads. */
export interface Node extends Call {
  readonly name: string;
  readonly outputs: readonly Value[];
}

type Origin =
  | { readonly kind: 'input' }
  | { readonly kind: 'constant'; readonly tensor: TensorData }
  | { readonly kind: 'node' };

/** A tensor that a graph will compute, is fed, or holds. Immutable; made by a Graph and by the builders of `ops`. */
export class Value {
  readonly graph: Graph;
  readonly name: string;
  /** Null where a node of an unknown op stands before it, or where shapes depend on data. */
  readonly type: TensorType | null;
  readonly #origin: Origin;

  constructor(graph: Graph, name: string, type: TensorType | null, origin: Origin) {
    this.graph = graph;
    this.name = name;
    this.type = type;
    this.#origin = origin;
  }

  get kind(): Origin['kind'] {
    return this.#origin.kind;
  }

  /** The numbers of a constant; null for what is only known when the graph runs. */
  get constant(): TensorData | null {
    return this.#origin.kind === 'constant' ? this.#origin.tensor : null;
  }

  /** Throws GraphError where the type is not known. */
  get shape(): Shape {
    return this.#known().shape;
  }

  /** Throws GraphError where the type is not known. */
  get dtype(): DType {
    return this.#known().dtype;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** The shape as numbers. Throws GraphError where a dimension is open. */
  get staticShape(): readonly number[] {
    const { shape } = this;
    if (isStatic(shape)) return shape;
    throw new GraphError(
      `“${this.name}” [${shape.join(', ')}] must have a fixed shape here; fix the batch size first.`,
    );
  }

  #known(): TensorType {
    if (this.type !== null) return this.type;
    throw new GraphError(`The type of “${this.name}” is not known; fix the inputs’ shapes, or see the op before it.`);
  }

  toString(): string {
    return this.type === null ? `${this.name}: ?` : `${this.name}: ${this.type.dtype}[${this.type.shape.join(', ')}]`;
  }
}

/** Files say more than a graph computes with: where they came from and what they say of themselves. */
export interface GraphOrigin {
  readonly name: string;
  readonly producer: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Versions of further operator sets, by domain. */
  readonly domains: Readonly<Record<string, number>>;
  /** Fields of the file's model and of its graph that have no place in a Graph, written again as they were read. */
  readonly kept: { readonly model: Partial<ModelProto>; readonly graph: Partial<GraphProto> };
  /** The types that the file declares, by value name: for what TensorType cannot say, such as an open height. */
  readonly declared: ReadonlyMap<string, TypeProto>;
}

const OURS: GraphOrigin = {
  name: 'countenance',
  producer: 'countenance',
  metadata: {},
  domains: {},
  kept: { model: {}, graph: {} },
  declared: new Map(),
};

/** A network as an append-only list of nodes over named inputs and constants. Encode it with `encode.ts`. */
export class Graph {
  readonly opset: number;
  readonly origin: GraphOrigin;
  readonly #inputs: Value[] = [];
  readonly #constants: Value[] = [];
  readonly #nodes: Node[] = [];
  readonly #outputs = new Map<string, Value>();
  readonly #names = new Set<string>();
  readonly #reserved = new Set<string>();
  readonly #scalars = new Map<string, Value>();

  constructor(opset: number = DEFAULT_OPSET, origin: Partial<GraphOrigin> = {}) {
    this.opset = opset;
    this.origin = { ...OURS, ...origin };
  }

  get inputs(): readonly Value[] {
    return this.#inputs;
  }

  get constants(): readonly Value[] {
    return this.#constants;
  }

  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  get outputs(): ReadonlyMap<string, Value> {
    return this.#outputs;
  }

  /** A tensor fed at every run. Throws GraphError where the name is taken. */
  input(name: string, dtype: DType, shape: Shape): Value {
    return this.untypedInput(name, { dtype, shape });
  }

  /** As `input`, for files whose inputs have no known type. */
  untypedInput(name: string, type: TensorType | null): Value {
    this.#claim(name);
    const value = new Value(this, name, type, { kind: 'input' });
    this.#inputs.push(value);
    return value;
  }

  /** A tensor stored with the graph. Throws GraphError where the name is taken. */
  constant(tensor: TensorData, name: string = this.#freshName('constant')): Value {
    this.#claim(name);
    const value = new Value(this, name, { dtype: tensor.dtype, shape: tensor.shape }, { kind: 'constant', tensor });
    this.#constants.push(value);
    return value;
  }

  /** One number as a constant of no dimensions; the same number is stored once. */
  scalar(dtype: DType, number: number): Value {
    const key = `${dtype} ${number}`;
    const known = this.#scalars.get(key);
    if (known !== undefined) return known;
    const value = this.constant(tensorOf(dtype, [], [number]));
    this.#scalars.set(key, value);
    return value;
  }

  /**
   * Adds a node and returns its outputs, their types from the op's shape rule; unknown where an operand's is.
   * `names` are given names of outputs, '' for one that is left out. Throws GraphError naming op, operands and shapes,
   * unless `known` has what a file says of the outputs' types: then it stands in wherever the rule does not tell.
   */
  add(
    op: OpDefinition,
    inputs: readonly (Value | null)[],
    attributes: Attributes = {},
    outputs: number | readonly string[] = 1,
    name?: string,
    known?: readonly (TensorType | null)[],
  ): readonly Value[] {
    const outputCount = typeof outputs === 'number' ? outputs : outputs.length;
    const call: Call = { op, inputs: [...inputs], attributes, outputCount, opset: this.opset };
    const stranger = inputs.find((input) => input !== null && input.graph !== this);
    if (stranger) throw new GraphError(`${op.type}: “${stranger.name}” belongs to another graph.`);
    const types = known === undefined ? inferTypes(call) : inferWhereKnown(call);
    const made = Array.from({ length: outputCount }, (_, index) => {
      const given = typeof outputs === 'number' ? this.#freshName(op.type) : outputs[index]!;
      if (given !== '') this.#claim(given);
      return new Value(this, given, types[index] ?? known?.[index] ?? null, { kind: 'node' });
    });
    this.#nodes.push({ ...call, name: name ?? '', outputs: made });
    return made;
  }

  /** Names a value as one of the graph's results. Throws GraphError where the name is another output's. */
  output(name: string, value: Value): Value {
    if (value.graph !== this) throw new GraphError(`The output “${name}” belongs to another graph.`);
    if (this.#outputs.has(name)) throw new GraphError(`The graph has an output “${name}” already.`);
    this.#outputs.set(name, value);
    return value;
  }

  /** Keeps the names that the graph makes up away from `names`, which will be given to values later. */
  reserve(names: Iterable<string>): void {
    for (const name of names) this.#reserved.add(name);
  }

  #claim(name: string): void {
    if (this.#names.has(name)) throw new GraphError(`The graph has a value “${name}” already.`);
    this.#names.add(name);
  }

  #freshName(stem: string): string {
    for (let number = this.#names.size; ; number += 1) {
      const name = `${stem}_${number}`;
      if (!this.#names.has(name) && !this.#reserved.has(name)) return name;
    }
  }
}

function inferTypes(call: Call): readonly (TensorType | null)[] {
  if (call.inputs.some((input) => input !== null && input.type === null)) return [];
  try {
    return call.op.infer(call);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    const operands = call.inputs.map((input) => (input === null ? '–' : String(input))).join(', ');
    throw new GraphError(`${call.op.type}(${operands}): ${error.message}`, {}, error);
  }
}

/** A file may be right where a shape rule, written for what builders make, refuses it: its types stay unknown. */
function inferWhereKnown(call: Call): readonly (TensorType | null)[] {
  try {
    return inferTypes(call);
  } catch {
    return [];
  }
}

/** Adds a node of one output to the graph of its operands: what most builders come down to. */
export function apply(op: OpDefinition, inputs: readonly (Value | null)[], attributes: Attributes = {}): Value {
  return applyMany(op, inputs, attributes, 1)[0]!;
}

/** Adds a node of several outputs to the graph of its operands. */
export function applyMany(
  op: OpDefinition,
  inputs: readonly (Value | null)[],
  attributes: Attributes,
  outputCount: number,
): readonly Value[] {
  const first = inputs.find((input) => input !== null);
  if (!first) throw new GraphError(`${op.type} needs an operand.`);
  return first.graph.add(op, inputs, attributes, outputCount);
}

/** A number beside a tensor: a constant of the tensor's type. */
export const scalarLike = (like: Value, number: number): Value => like.graph.scalar(like.dtype, number);
