import { WeightsError } from '../../../shared/errors.ts';
import type { TensorData } from '../onnx/tensor.ts';
import type { Weights } from './weights-file.ts';

type Keys = ReadonlySet<string>;

/** A way of naming tensors that differs from ours: how it is known, and what its names are here. */
interface Naming {
  readonly isMet: (stored: Keys, wanted: Keys) => boolean;
  readonly translate: (weights: Weights, wanted: Keys) => Weights;
}

/**
 * The weights under the names that a network asks for, where they came under names of older or other code: wrappers'
 * prefixes, the reference model's, Microsoft's and older timm's Swin, plain heads, XCiT's official ones, a part alone.
 * Names that are right already stay. Throws WeightsError where two tensors would get one name.
 */
export function translateNames(weights: Weights, wanted: Keys): Weights {
  return NAMINGS.reduce((current, { isMet, translate }) => {
    return isMet(new Set(current.keys()), wanted) ? translate(current, wanted) : current;
  }, weights);
}

/** Every tensor under the name that `rename` gives its own; null leaves it out. Throws WeightsError for one name twice. */
export function renamed(weights: Weights, rename: (key: string) => string | null): Weights {
  const result = new Map<string, TensorData>();
  for (const [key, tensor] of weights) {
    const name = rename(key);
    if (name === null) continue;
    if (result.has(name)) throw new WeightsError(`Two tensors would be called ${name}.`, { names: [key, name] });
    result.set(name, tensor);
  }
  return result;
}

const WRAPPERS = ['module.', '_orig_mod.', 'model.'];
const wrapperOf = (stored: Iterable<string>, wanted: Keys): string | undefined => {
  const keys = [...stored];
  return WRAPPERS.find((prefix) => {
    return (
      keys.length > 0 && keys.every((key) => key.startsWith(prefix)) && !some(wanted, (key) => key.startsWith(prefix))
    );
  });
};

/** The weights without a prefix that training code put before every name: DataParallel's, torch.compile's, Lightning's. */
export function withoutWrapper(weights: Weights, wanted: Keys = new Set()): Weights {
  const prefix = wrapperOf(weights.keys(), wanted);
  if (prefix === undefined) return weights;
  return withoutWrapper(
    renamed(weights, (key) => key.slice(prefix.length)),
    wanted,
  );
}

/** The parts of a composed classifier, by the first word of their keys. */
const PARTS = ['sr', 'stn', 'resizer', 'backbone'];
const partOf = (stored: Keys, wanted: Keys): string | undefined => {
  if (some(stored, (key) => PARTS.some((part) => key.startsWith(`${part}.`)))) return undefined;
  return PARTS.find((part) => some(stored, (key) => wanted.has(`${part}.${key}`)));
};

/** The reference model's resizer, whose training code named its layers by single letters. */
const REFERENCE_RESIZER: Readonly<Record<string, string>> = {
  a: 'conv1',
  b: 'conv2',
  bn: 'bn1',
  r1: 'resblock.0.conv1',
  rb1: 'resblock.0.bn1',
  r2: 'resblock.0.conv2',
  rb2: 'resblock.0.bn2',
  c: 'conv3',
  cb: 'bn2',
  o: 'conv4',
};

function fromReference(key: string): string {
  const [part, layer, ...rest] = key.split('.');
  if (part === 'sw') return ['backbone', layer, ...rest].join('.');
  const ours = part === 'nr' && layer !== undefined ? REFERENCE_RESIZER[layer] : undefined;
  return ours === undefined ? key : ['resizer', ours, ...rest].join('.');
}

const OLD_DOWNSAMPLE = /((?:^|\.)layers\.)(\d+)(\.downsample\.)/;
const FIRST_DOWNSAMPLE = /(?:^|\.)layers\.0\.downsample\./;
const PLAIN_HEAD = /((?:^|\.)head\.)(weight|bias)$/;
const POOLED_HEAD = /((?:^|\.)head\.)fc\.(weight|bias)$/;
const OLD_POSITIONS = /(^|\.)pos_embeder\./;
const JOINT_CLASS_ATTENTION = /((?:^|\.)cls_attn_blocks\.\d+\.attn\.)qkv\.(weight|bias)$/;

const NAMINGS: readonly Naming[] = [
  {
    isMet: (stored, wanted) => wrapperOf(stored, wanted) !== undefined,
    translate: withoutWrapper,
  },
  {
    isMet: (stored, wanted) => hasAny(stored, /^(nr|sw)\./) && !hasAny(wanted, /^(nr|sw)\./),
    translate: (weights) => renamed(weights, fromReference),
  },
  {
    isMet: (stored, wanted) => partOf(stored, wanted) !== undefined,
    translate: (weights, wanted) => {
      const part = partOf(new Set(weights.keys()), wanted);
      return renamed(weights, (key) => `${part}.${key}`);
    },
  },
  {
    // Microsoft and timm before 0.9 merge patches at the end of a stage, timm since then at the start of the next.
    isMet: (stored, wanted) =>
      hasAny(stored, FIRST_DOWNSAMPLE) && hasAny(wanted, OLD_DOWNSAMPLE) && !hasAny(wanted, FIRST_DOWNSAMPLE),
    translate: (weights) =>
      renamed(weights, (key) =>
        key.replace(OLD_DOWNSAMPLE, (_, before, stage, after) => `${before}${Number(stage) + 1}${after}`),
      ),
  },
  {
    isMet: (stored, wanted) => hasAny(stored, PLAIN_HEAD) && hasAny(wanted, POOLED_HEAD) && !hasAny(wanted, PLAIN_HEAD),
    translate: (weights) => renamed(weights, (key) => key.replace(PLAIN_HEAD, '$1fc.$2')),
  },
  {
    isMet: (stored, wanted) =>
      hasAny(stored, POOLED_HEAD) && hasAny(wanted, PLAIN_HEAD) && !hasAny(wanted, POOLED_HEAD),
    translate: (weights) => renamed(weights, (key) => key.replace(POOLED_HEAD, '$1$2')),
  },
  {
    isMet: (stored, wanted) => hasAny(stored, OLD_POSITIONS) && !hasAny(wanted, OLD_POSITIONS),
    translate: (weights) => renamed(weights, (key) => key.replace(OLD_POSITIONS, '$1pos_embed.')),
  },
  {
    isMet: (stored, wanted) => hasAny(stored, JOINT_CLASS_ATTENTION) && !hasAny(wanted, JOINT_CLASS_ATTENTION),
    translate: splitClassAttention,
  },
];

/** XCiT's official class attention holds query, key and value in one tensor; timm's and ours in three. */
function splitClassAttention(weights: Weights): Weights {
  const entries = [...weights].flatMap(([key, tensor]): readonly (readonly [string, TensorData])[] => {
    const [, before, name] = JOINT_CLASS_ATTENTION.exec(key) ?? [];
    const rows = tensor.shape[0] ?? 0;
    if (before === undefined || rows % 3 !== 0) return [[key, tensor]];
    const shape = [rows / 3, ...tensor.shape.slice(1)];
    const size = tensor.data.length / 3;
    return ['q', 'k', 'v'].map((part, index) => {
      const data = tensor.data.subarray(index * size, (index + 1) * size);
      return [`${before}${part}.${name}`, { dtype: tensor.dtype, shape, data }];
    });
  });
  return new Map(entries);
}

function some(keys: Keys, test: (key: string) => boolean): boolean {
  for (const key of keys) if (test(key)) return true;
  return false;
}

const hasAny = (keys: Keys, pattern: RegExp): boolean => some(keys, (key) => pattern.test(key));
