import { GraphError } from '../../../../shared/errors.ts';
import type { Graph } from '../graph.ts';
import { pruneDead } from './prune.ts';
import { rebuild } from './rebuild.ts';

/**
 * With an input in place of a value, called as the value was unless `inputName` is given; what only led to the value
 * is gone, inputs included. Throws GraphError where there is no such value or its type is not known.
 */
export function cutAt(graph: Graph, valueName: string, inputName: string = valueName): Graph {
  const values = [...graph.inputs, ...graph.constants, ...graph.nodes.flatMap(({ outputs }) => outputs)];
  const cut = values.find(({ name }) => name === valueName);
  if (cut === undefined) throw new GraphError(`The graph has no value “${valueName}”.`);
  const { dtype, shape } = cut;
  const substitute: Parameters<typeof rebuild>[1] = {
    substitute: (value, target) => (value === cut ? target.input(inputName, dtype, shape) : null),
  };
  return pruneDead(rebuild(graph, substitute), { keepInputs: false });
}
