import { GraphError } from '../../../../shared/errors.ts';
import type { Graph, Node, Value } from '../graph.ts';
import { isOpaque, operandCount } from '../opaque.ts';
import { allNames, graphsIn } from './subgraph.ts';

/** Each value of a graph by the name that it has in a file. */
export type ValueNames = ReadonlyMap<Value, string>;

/** What a node's graphs read from the graph around them: the name by which they do, and the value. */
export function capturesOf({ op, inputs }: Node): readonly (readonly [name: string, value: Value])[] {
  if (!isOpaque(op)) return [];
  const first = operandCount(op, inputs.length);
  return op.captures.map((name, index) => [name, inputs[first + index]!]);
}

/**
 * Names for a file: a node's result that is an output of the graph takes the output's name, and what else has a name
 * that the file needs for another value gets a new one. Throws GraphError where an input or a captured name is in the way.
 */
export function nameValues(graph: Graph): ValueNames {
  const owners = new Map<string, Value>();
  const names = new Map<Value, string>();
  const claim = (name: string, value: Value, isOwn: boolean): void => {
    const owner = owners.get(name) ?? value;
    if (owner !== value) throw new GraphError(`“${name}” names two values of the graph; rename one of them.`);
    owners.set(name, value);
    if (isOwn) names.set(value, name);
  };
  for (const input of graph.inputs) claim(input.name, input, true);
  for (const [name, value] of graph.outputs) claim(name, value, value.kind === 'node' && isNameOf(name, value, names));
  for (const [name, value] of graph.nodes.flatMap(capturesOf))
    claim(name, value, value.name === name && !names.has(value));
  const rest = [...graph.constants, ...graph.nodes.flatMap(({ outputs }) => outputs)].filter(
    (value) => !names.has(value),
  );
  const isFree = (value: Value): boolean => (owners.get(value.name) ?? value) === value;
  for (const value of rest.filter(isFree)) names.set(value, value.name);
  const renamed = rest.filter((value) => !isFree(value));
  if (renamed.length > 0) {
    const taken = new Set([...owners.keys(), ...names.values(), ...graph.nodes.flatMap(innerNames)]);
    for (const value of renamed) names.set(value, freshName(value.name, taken));
  }
  return names;
}

/** Of several outputs that are one value, the one of the value's own name is it, otherwise the first; others are copies. */
const isNameOf = (name: string, value: Value, names: ValueNames): boolean => name === value.name || !names.has(value);

/** Every name within the graphs of a node’s attributes. */
export const innerNames = ({ attributes }: Node): readonly string[] =>
  Object.values(attributes).flatMap((attribute) =>
    attribute.kind === 'raw' ? graphsIn({ attribute: [attribute.value] }).flatMap(allNames) : [],
  );

function freshName(stem: string, taken: Set<string>): string {
  for (let number = 2; ; number += 1) {
    const name = `${stem}_${number}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}
