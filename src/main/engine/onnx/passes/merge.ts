import { createHash } from 'node:crypto';
import type { Attribute } from '../attributes.ts';
import type { Graph, Value } from '../graph.ts';
import type { Call } from '../op.ts';
import { isOpaque } from '../opaque.ts';
import { bytesOf, type TensorData } from '../tensor.ts';
import { copyNode, rebuild } from './rebuild.ts';

/** Ops whose results differ from run to run. */
const RANDOM: readonly string[] = [
  'Bernoulli',
  'Dropout',
  'Multinomial',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
];

/**
 * Nodes that compute the same from the same become one, and so do constants of the same numbers: the first of them.
 * Random ops, ops that this library does not know and nodes with graphs in them stay as they are.
 */
export function mergeEqual(graph: Graph): Graph {
  const firsts = new Map<string, readonly Value[]>();
  const numbers = new Map<Value, number>();
  const numberOf = (value: Value | null): string => {
    if (value === null) return '-';
    if (!numbers.has(value)) numbers.set(value, numbers.size);
    return String(numbers.get(value));
  };
  const once = (key: string, make: () => readonly Value[]): readonly Value[] => {
    const values = firsts.get(key) ?? make();
    firsts.set(key, values);
    return values;
  };
  return rebuild(graph, {
    substitute: ({ constant, name }, target) =>
      constant === null ? null : once(tensorKey(constant), () => [target.constant(constant, name)])[0]!,
    replace: (call, node, target) => {
      const meaning = meaningOf(call);
      if (meaning === null) return null;
      const leftOut = node.outputs.map(({ name }) => (name === '' ? '-' : '+'));
      const key = [meaning, call.inputs.map(numberOf).join(' '), leftOut.join('')].join('|');
      return once(key, () => copyNode(call, node, target));
    },
  });
}

/** What a node does to its operands, as text; null where two such nodes may not be one. */
function meaningOf({ op, attributes }: Call): string | null {
  const parts = Object.entries(attributes).map(([name, attribute]) => [name, attributeKey(attribute)] as const);
  if (isOpaque(op) || RANDOM.includes(op.type) || parts.some(([, key]) => key === null)) return null;
  return JSON.stringify([op.domain ?? '', op.type, ...parts.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function attributeKey(attribute: Attribute): string | null {
  switch (attribute.kind) {
    case 'raw':
      return null;
    case 'tensor':
      return tensorKey(attribute.value);
    case 'text':
      return attribute.value;
    default:
      return `${attribute.kind} ${[attribute.value].flat().map(exactText).join(' ')}`;
  }
}

const exactText = (number: number): string => (Object.is(number, -0) ? '-0' : String(number));

const tensorKey = (tensor: TensorData): string =>
  `${tensor.dtype}[${tensor.shape.join(', ')}] ${createHash('sha256').update(bytesOf(tensor)).digest('base64')}`;
