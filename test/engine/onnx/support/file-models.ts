import {
  ATTRIBUTE_TYPES,
  type AttributeProto,
  ELEMENT_TYPES,
  type ElementType,
  encodeModel,
  type GraphProto,
  type ModelProto,
  type TensorProto,
  type ValueInfoProto,
} from '../../../../src/main/engine/onnx/format/proto.ts';

const utf8 = new TextEncoder();
const number = (type: ElementType): number => ELEMENT_TYPES.indexOf(type);

/** A file's declaration of a tensor; null is a dimension that is neither number nor symbol. */
export const declare = (
  name: string,
  type: ElementType,
  shape?: readonly (number | string | null)[],
): ValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType: number(type),
      ...(shape && {
        shape: {
          dim: shape.map((dim) => {
            if (dim === null) return {};
            return typeof dim === 'number' ? { dimValue: dim } : { dimParam: dim };
          }),
        },
      }),
    },
  },
});

/** A tensor with its numbers in whichever fields are given. */
export const tensor = (
  name: string,
  type: ElementType,
  dims: readonly number[],
  fields: Partial<TensorProto>,
): TensorProto => ({ name, dims, dataType: number(type), ...fields });

export const floatTensor = (name: string, numbers: readonly number[]): TensorProto =>
  tensor(name, 'float32', [numbers.length], { floatData: numbers });

export const attribute = {
  int: (name: string, i: number): AttributeProto => ({ name, type: ATTRIBUTE_TYPES.int, i }),
  ints: (name: string, ints: readonly number[]): AttributeProto => ({ name, type: ATTRIBUTE_TYPES.ints, ints }),
  float: (name: string, f: number): AttributeProto => ({ name, type: ATTRIBUTE_TYPES.float, f }),
  floats: (name: string, floats: readonly number[]): AttributeProto => ({
    name,
    type: ATTRIBUTE_TYPES.floats,
    floats,
  }),
  text: (name: string, text: string): AttributeProto => ({ name, type: ATTRIBUTE_TYPES.string, s: utf8.encode(text) }),
  texts: (name: string, texts: readonly string[]): AttributeProto => ({
    name,
    type: ATTRIBUTE_TYPES.strings,
    strings: texts.map((text) => utf8.encode(text)),
  }),
  tensor: (name: string, t: TensorProto): AttributeProto => ({ name, type: ATTRIBUTE_TYPES.tensor, t }),
  graph: (name: string, g: GraphProto): AttributeProto => ({ name, type: ATTRIBUTE_TYPES.graph, g }),
};

/** A file of a graph, as another tool might have written it. */
export const fileOf = (graph: GraphProto, model: Partial<ModelProto> = {}): Uint8Array =>
  encodeModel({
    irVersion: 8,
    producerName: 'another tool',
    opsetImport: [{ domain: '', version: 17 }],
    graph: { name: 'net', ...graph },
    ...model,
  });

/** A graph that chooses between x + shift and x · shift, both read by name by the branches of an If. */
export const choosing: GraphProto = {
  initializer: [floatTensor('two', [2])],
  node: [
    { opType: 'Mul', input: ['step', 'two'], output: ['shift'] },
    {
      opType: 'If',
      name: 'choice',
      input: ['flag'],
      output: ['y'],
      attribute: [
        attribute.graph('then_branch', {
          name: 'sum',
          node: [{ opType: 'Add', input: ['x', 'shift'], output: ['Add_3'] }],
          output: [declare('Add_3', 'float32', [2])],
        }),
        attribute.graph('else_branch', {
          name: 'product',
          node: [{ opType: 'Mul', input: ['x', 'shift'], output: ['product'] }],
          output: [declare('product', 'float32', [2])],
        }),
      ],
    },
  ],
  input: [declare('flag', 'bool', []), declare('x', 'float32', [2]), declare('step', 'float32', [1])],
  output: [declare('y', 'float32', [2])],
};
