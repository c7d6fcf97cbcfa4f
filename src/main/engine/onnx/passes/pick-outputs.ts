import type { Graph } from '../graph.ts';
import { pruneDead } from './prune.ts';
import { rebuild } from './rebuild.ts';

/** With these outputs only, and without what only led to others. Inputs stay. */
export const pickOutputs = (graph: Graph, names: readonly string[]): Graph =>
  pruneDead(rebuild(graph, { keepsOutput: (name) => names.includes(name) }));
