import { WeightsError } from '../../../shared/errors.ts';
import type { ParameterSpec } from '../nets/scope.ts';
import { isFloat, type TensorData } from '../onnx/tensor.ts';
import { toFloat32 } from './half.ts';
import { keyRows } from './key-rows.ts';
import { renamed, translateNames } from './renames.ts';
import type { TensorInfo, Weights } from './weights-file.ts';

/** A tensor that is there under the right name but cannot be the network's. */
export interface Misshaped {
  readonly key: string;
  readonly expected: readonly number[];
  readonly found: TensorInfo;
}

/** How weights and a network's tensors fit, by the network's keys. */
export interface KeyTable {
  /** What fits, as float32. */
  readonly tensors: Weights;
  /** The keys of `tensors`. */
  readonly matched: readonly string[];
  /** Keys of the network for which there is nothing. */
  readonly missing: readonly string[];
  /** Names in the weights that the network does not ask for. */
  readonly unexpected: readonly string[];
  readonly misshaped: readonly Misshaped[];
  /** Keys that start afresh because that was asked for, whatever the weights hold. */
  readonly reinitialised: readonly string[];
}

export interface MatchOptions {
  /** What a name in the weights is called by the network, null to leave it out; known other names are translated unasked. */
  readonly rename?: (key: string) => string | null;
  /** Return the table though not everything fits. */
  readonly allowPartial?: boolean;
  /**
   * Keys, or their beginnings up to a dot, that start afresh: `head` for a head of other classes. One that stands in a
   * composed classifier's backbone may be named without `backbone.`.
   */
  readonly reinitialise?: readonly string[];
  /** Where the weights come from, for the message. */
  readonly source?: string;
}

/** The beginnings of a classification head's keys in all our networks, for `reinitialise`. */
export const HEAD_KEYS: readonly string[] = ['head', 'head_dist', 'fc'];

/** Bookkeeping of PyTorch and of older timm that no network here asks for. */
const BOOKKEEPING = /(^|\.)(num_batches_tracked|relative_position_index|relative_coords_table|attn_mask)$/;

/**
 * Lays weights beside a network's tensors. Throws WeightsError with the keys in `names` unless every tensor of the
 * network is there in its shape and nothing is left over; counters and index tables are passed over.
 */
export function matchWeights(specs: readonly ParameterSpec[], weights: Weights, options: MatchOptions = {}): KeyTable {
  const table = tableOf(specs, namedFor(specs, weights, options), options.reinitialise ?? []);
  const { missing, unexpected, misshaped } = table;
  const names = [...missing, ...unexpected, ...misshaped.map(({ key }) => key)];
  if (names.length === 0 || options.allowPartial === true) return table;
  const file = options.source === undefined ? {} : { file: options.source };
  const detail = { ...file, names, remedy: remedyFor(table), table: keyRows(specs, table) };
  throw new WeightsError(messageOf(table, options.source), detail);
}

function namedFor(specs: readonly ParameterSpec[], weights: Weights, { rename }: MatchOptions): Weights {
  const wanted = new Set(specs.map(({ key }) => key));
  return translateNames(rename === undefined ? weights : renamed(weights, rename), wanted);
}

function tableOf(specs: readonly ParameterSpec[], weights: Weights, afresh: readonly string[]): KeyTable {
  const tensors = new Map<string, TensorData>();
  const missing: string[] = [];
  const misshaped: Misshaped[] = [];
  const reinitialised: string[] = [];
  for (const { key, shape } of specs) {
    const tensor = weights.get(key);
    if (isUnder(key, afresh)) reinitialised.push(key);
    else if (tensor === undefined) missing.push(key);
    else if (!isWeight(tensor) || !sameShape(tensor.shape, shape)) {
      misshaped.push({ key, expected: shape, found: { dtype: tensor.dtype, shape: tensor.shape } });
    } else tensors.set(key, toFloat32(tensor));
  }
  const wanted = new Set(specs.map(({ key }) => key));
  const unexpected = [...weights]
    .filter(([key, tensor]) => !wanted.has(key) && !isUnder(key, afresh) && isWeight(tensor) && !BOOKKEEPING.test(key))
    .map(([key]) => key);
  return { tensors, matched: [...tensors.keys()], missing, unexpected, misshaped, reinitialised };
}

const isWeight = ({ dtype }: TensorInfo): boolean => isFloat(dtype) || dtype === 'bfloat16';
const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((dim, axis) => dim === b[axis]);

function isUnder(key: string, beginnings: readonly string[]): boolean {
  const alone = key.startsWith('backbone.') ? key.slice('backbone.'.length) : key;
  return beginnings.some((beginning) => {
    return [key, alone].some((name) => name === beginning || name.startsWith(`${beginning}.`));
  });
}

function remedyFor({ missing, unexpected, misshaped }: KeyTable): string {
  const keys = [...missing, ...unexpected, ...misshaped.map(({ key }) => key)];
  return keys.every((key) => isUnder(key, HEAD_KEYS))
    ? 'Only the head differs: ask for a new head to use the rest.'
    : 'Choose the network that these weights were made for, or ask to go on with what fits.';
}

const SHOWN = 3;

function messageOf({ missing, unexpected, misshaped }: KeyTable, source: string | undefined): string {
  const parts = [
    part(missing, 'missing'),
    part(unexpected, 'unexpected'),
    part(misshaped.map(describe), misshaped.length === 1 ? 'of another shape' : 'of other shapes'),
  ].filter((text) => text !== null);
  const whose = source === undefined ? 'The weights' : `The weights of ${source}`;
  return `${whose} do not fit the network: ${parts.join('; ')}.`;
}

function part(names: readonly string[], what: string): string | null {
  if (names.length === 0) return null;
  const more = names.length > SHOWN ? `, and ${names.length - SHOWN} more` : '';
  return `${names.length} ${names.length === 1 ? 'tensor is' : 'tensors are'} ${what} (${names.slice(0, SHOWN).join(', ')}${more})`;
}

function describe({ key, expected, found }: Misshaped): string {
  const type = isWeight(found) ? '' : `${found.dtype} `;
  return `${key} is ${type}[${found.shape.join(', ')}] instead of [${expected.join(', ')}]`;
}
