import { GraphError } from '../../../../shared/errors.ts';
import { bindType, declaredType, readDeclared } from '../format/value-info.ts';
import type { Graph, TensorType, Value } from '../graph.ts';
import type { Dim } from '../shape.ts';
import { rebuild } from './rebuild.ts';

/**
 * With inputs of fixed shapes, by name; a symbol that they give a number has it everywhere. Throws GraphError for an
 * unknown input, one of unknown element type, and a shape that does not fit what the graph says of it.
 */
export function fixShapes(graph: Graph, shapes: Readonly<Record<string, readonly number[]>>): Graph {
  const bindings = new Map<string, number>();
  const fixed = new Map<Value, TensorType>();
  for (const [name, shape] of Object.entries(shapes)) {
    const input = graph.inputs.find((candidate) => candidate.name === name);
    if (input === undefined) {
      const names = graph.inputs.map((candidate) => candidate.name);
      throw new GraphError(`The graph has no input “${name}”; its inputs: ${names.join(', ')}.`, { names });
    }
    fixed.set(input, fix(graph, input, shape, bindings));
  }
  return rebuild(graph, {
    typeOf: (value) => {
      const known = fixed.get(value);
      if (known !== undefined) return known;
      if (value.type !== null) return bindType(value.type, bindings);
      return declaredType(graph.origin.declared.get(value.name), `${value.name}_batch`, bindings);
    },
  });
}

function fix(graph: Graph, input: Value, shape: readonly number[], bindings: Map<string, number>): TensorType {
  const declared = input.type ?? readDeclared(graph.origin.declared.get(input.name));
  if (declared === null) throw new GraphError(`The element type of the input “${input.name}” is not known.`);
  const { dtype, shape: dims } = declared;
  const fits = dims === null || (dims.length === shape.length && dims.every((dim, axis) => bind(dim, shape[axis]!)));
  if (fits) return { dtype, shape };
  const wanted = dims.map((dim) => dim ?? '?').join(', ');
  throw new GraphError(`The input “${input.name}” is ${dtype}[${wanted}]; it cannot be [${shape.join(', ')}].`);

  function bind(dim: Dim | null, size: number): boolean {
    if (typeof dim !== 'string') return dim === null || dim === size;
    const known = bindings.get(dim);
    bindings.set(dim, known ?? size);
    return known === undefined || known === size;
  }
}
