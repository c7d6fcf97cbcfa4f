import type { Graph } from '../graph.ts';
import { foldConstants } from './fold.ts';
import { mergeEqual } from './merge.ts';
import { pruneDead } from './prune.ts';

/** All passes that change no number: constants folded, equal nodes merged, dead ones left out. */
export const optimise = (graph: Graph): Graph => pruneDead(mergeEqual(foldConstants(graph)));
