import { EngineError, WeightsError } from '../../../shared/errors.ts';
import type { TensorData } from '../onnx/tensor.ts';
import type { Weights } from '../weights/weights-file.ts';
import { namedTensors } from './checkpoint-tensors.ts';
import { type Pack, packTensors, unpackTensors, zerosFor } from './pack.ts';
import type { UpdatePlan } from './plan.ts';
import type { TrainerState } from './trainer.ts';

/** All that steps change, by the names of the graphs' inputs. */
export type Vectors = Readonly<Record<string, TensorData>>;

/** Where a run starts: moments at zero, averages at the values themselves. */
export function firstVectors(plan: UpdatePlan): Vectors {
  const { layout, optimizer, weights, averages } = plan;
  const zeros = new Map(layout.groups.flatMap((group) => [...unpackTensors(group, zerosFor(group))]));
  const moments = Object.fromEntries(optimizer.moments.map((name) => [name, zeros]));
  return packState(plan, { step: 0, weights, buffers: weights, moments, ema: averages ? weights : null });
}

/** The averages under the names of what they are averages of. Throws EngineError where the run keeps none. */
export function averagedVectors({ averages, layout }: UpdatePlan, vectors: Vectors): Vectors {
  if (!averages) throw new EngineError('This run keeps no averaged weights.');
  const names = layout.groups.map(({ name }) => [`weights.${name}`, `ema.${name}`]);
  if (layout.buffers !== null) names.push(['buffers', 'ema.buffers']);
  return Object.fromEntries(names.map(([name, average]) => [name!, vectors[average!]!]));
}

/** What vectors become by a run's outputs: one called `next.NAME` takes the place of NAME. */
export function advanced(vectors: Vectors, results: Vectors): Vectors {
  const next = Object.entries(results).filter(([name]) => name.startsWith(NEXT));
  return { ...vectors, ...Object.fromEntries(next.map(([name, vector]) => [name.slice(NEXT.length), vector])) };
}

const NEXT = 'next.';

/** A state as vectors. Throws WeightsError naming tensors that are missing or of another shape. */
export function packState({ layout, optimizer, averages }: UpdatePlan, state: TrainerState): Vectors {
  const vectors: Record<string, TensorData> = {};
  for (const group of layout.groups) {
    vectors[`weights.${group.name}`] = packTensors(group, state.weights);
    for (const name of optimizer.moments) {
      vectors[`moments.${name}.${group.name}`] = packTensors(group, state.moments[name] ?? NONE);
    }
    if (averages) vectors[`ema.${group.name}`] = packTensors(group, state.ema ?? NONE);
  }
  if (layout.buffers !== null) {
    vectors.buffers = packTensors(layout.buffers, state.buffers);
    if (averages) vectors['ema.buffers'] = packTensors(layout.buffers, state.ema ?? NONE);
  }
  return vectors;
}

const NONE: Weights = new Map();

/** Throws WeightsError naming the tensors that only one of two states has. */
export function refuseOtherTensors(expected: TrainerState, found: TrainerState): void {
  const [wanted, given] = [namedTensors(expected), namedTensors(found)];
  const names = [...wanted.keys(), ...given.keys()].filter((name) => !(wanted.has(name) && given.has(name)));
  if (names.length === 0) return;
  throw new WeightsError('The state is from a run with other options: it holds other tensors.', { names });
}

/** The tensors by key that the vectors hold, not copied. */
export function unpackState({ layout, optimizer, averages }: UpdatePlan, vectors: Vectors, step: number): TrainerState {
  const unpacked = (prefix: string, packs: readonly Pack[]): Weights =>
    new Map(packs.flatMap((pack) => [...unpackTensors(pack, vectors[`${prefix}${pack.name}`]!)]));
  const buffers = layout.buffers === null ? [] : [layout.buffers];
  return {
    step,
    weights: unpacked('weights.', layout.groups),
    buffers: unpacked('', buffers),
    moments: Object.fromEntries(optimizer.moments.map((name) => [name, unpacked(`moments.${name}.`, layout.groups)])),
    ema: averages ? unpacked('ema.', [...layout.groups, ...buffers]) : null,
  };
}
