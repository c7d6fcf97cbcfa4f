import { TensorRef } from './pytorch-objects.ts';
import type { Refuse } from './weights-file.ts';

/** Where training code keeps a network's tensors in a checkpoint; averaged ones are preferred, as in timm and BasicSR. */
const STATE_DICT_NAMES = [
  'state_dict_ema',
  'model_ema',
  'params_ema',
  'state_dict',
  'model_state_dict',
  'model',
  'params',
  'net',
  'network',
  'weights',
];
const DEEPEST = 8;
const MOST_ENTRIES = 100_000;

/**
 * The named tensors of what a PyTorch file holds: a state dict, or a checkpoint that has one under a usual name.
 * Dictionaries within dictionaries give names with dots; what is no tensor is left out.
 */
export function stateDictOf(root: unknown, refuse: Refuse): ReadonlyMap<string, TensorRef> {
  if (root instanceof TensorRef) throw refuse('it holds a single tensor without a name, not the weights of a network');
  if (!(root instanceof Map)) throw refuse('it holds no dictionary of tensors');
  const found = new Map<string, TensorRef>();
  let left = MOST_ENTRIES;
  const collect = (entries: ReadonlyMap<unknown, unknown>, prefix: string, depth: number): void => {
    for (const [key, value] of entries) {
      left -= 1;
      if (left < 0 || depth > DEEPEST) throw refuse('its dictionaries are too deep or too many');
      const name = `${prefix}${String(key)}`;
      if (value instanceof Map) collect(value, `${name}.`, depth + 1);
      else if (value instanceof TensorRef) {
        if (found.has(name)) throw refuse(`it holds two tensors called ${name}`);
        found.set(name, value);
      }
    }
  };
  collect(chosen(root, DEEPEST), '', 1);
  if (found.size === 0) throw refuse('it holds no tensors');
  return found;
}

function chosen(entries: ReadonlyMap<unknown, unknown>, depth: number): ReadonlyMap<unknown, unknown> {
  if (depth === 0 || [...entries.values()].some((value) => value instanceof TensorRef)) return entries;
  const inner = STATE_DICT_NAMES.map((name) => entries.get(name)).find((value) => value instanceof Map);
  return inner === undefined ? entries : chosen(inner, depth - 1);
}
