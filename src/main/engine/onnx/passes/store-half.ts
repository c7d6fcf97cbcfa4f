import type { Graph, Value } from '../graph.ts';
import { cast } from '../ops/comparison.ts';
import type { TensorData } from '../tensor.ts';
import { rebuild } from './rebuild.ts';

/**
 * With constants stored as float16 and cast to float32 where they are read: half the bytes, the same types elsewhere.
 * `halved` gives a constant's float16 form, or null for one that stays as it is. Folding leaves such casts alone.
 */
export const storeHalf = (graph: Graph, halved: (value: Value) => TensorData | null): Graph =>
  rebuild(graph, {
    substitute: (value, target) => {
      const tensor = value.constant === null ? null : halved(value);
      return tensor && cast(target.constant(tensor, value.name), 'float32');
    },
  });
