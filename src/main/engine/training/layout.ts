import type { ParameterSpec } from '../nets/scope.ts';
import type { Pack } from './pack.ts';
import { LEARNING_RATE_GROUPS, type LearningRateGroup, learningRateGroupOf } from './scopes.ts';

/** Trained tensors that share a learning rate and whether they decay. */
export interface ParameterGroup extends Pack {
  readonly learningRate: LearningRateGroup;
  readonly decays: boolean;
}

/** How what a step changes lies in vectors. */
export interface Layout {
  readonly groups: readonly ParameterGroup[];
  /** Running statistics that steps move; null where there are none. */
  readonly buffers: Pack | null;
  /** Whether batch statistics and random masks are used at a place in the network's tree of names. */
  readonly isTraining: (place: string) => boolean;
}

export interface LayoutOptions {
  readonly trained: ReadonlySet<string>;
  readonly freezesBatchNorm: boolean;
}

/**
 * Lays out the trained parameters and the statistics that move with them. A part without a trained parameter works as
 * in inference; so do, where they are frozen, all batch normalisations.
 */
export function layoutOf(specs: readonly ParameterSpec[], { trained, freezesBatchNorm }: LayoutOptions): Layout {
  const normalisations = new Set(specs.filter(({ kind }) => kind === 'buffer').map(({ key }) => placeOf(key)));
  const isTraining = (place: string): boolean =>
    !(freezesBatchNorm && normalisations.has(place)) &&
    specs.some(({ key }) => isBelow(key, place) && trained.has(key));
  const parameters = specs.filter(({ key }) => trained.has(key));
  const groups = LEARNING_RATE_GROUPS.flatMap((learningRate) =>
    [true, false].map((decays) => ({
      name: `${learningRate}.${decays ? 'decayed' : 'plain'}`,
      learningRate,
      decays,
      entries: parameters.filter(
        (spec) => learningRateGroupOf(spec.key) === learningRate && isDecayed(spec) === decays,
      ),
    })),
  );
  const buffers = specs.filter(({ key, kind }) => kind === 'buffer' && isTraining(placeOf(key)));
  return {
    groups: groups.filter(({ entries }) => entries.length > 0),
    buffers: buffers.length === 0 ? null : { name: 'buffers', entries: buffers },
    isTraining,
  };
}

const placeOf = (key: string): string => key.slice(0, key.lastIndexOf('.'));
const isBelow = (key: string, place: string): boolean => place === '' || key.startsWith(`${place}.`);

const TABLES = /(^|\.)(relative_position_bias_table|pos_embed|cls_token|dist_token)$/;

/** As timm: neither biases, nor scales of normalisations and layers, nor tokens and tables of positions decay. */
const isDecayed = ({ key, shape }: ParameterSpec): boolean => shape.length > 1 && !TABLES.test(key);
