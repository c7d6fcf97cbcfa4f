import { UsageError } from '../../../shared/errors.ts';
import type { ParameterSpec } from '../nets/scope.ts';

/** A part of a classifier that can be trained by itself. A new one is an entry of TRAINED_PARTS. */
interface PartDefinition {
  readonly name: string;
  readonly describe: string;
  /** Its keys among all those of the network, which stand in the network's order. */
  readonly select: (keys: readonly string[]) => readonly string[];
}

const matching = (pattern: RegExp) => (keys: readonly string[]) => keys.filter((key) => pattern.test(key));

/** The last linear maps: the paper's head, or the backbone's own under timm's names. */
const HEAD = /^(head|backbone\.head|backbone\.head_dist)\./;

/** What can be trained, by names that combine: `resizer` with `head` is the default for fine-tuning. */
export const TRAINED_PARTS = [
  { name: 'head', describe: 'the classification head', select: matching(HEAD) },
  { name: 'resizer', describe: 'the learned resizer', select: matching(/^resizer\./) },
  { name: 'stn', describe: 'the spatial transformer', select: matching(/^stn\./) },
  { name: 'sr', describe: 'the super-resolution before it', select: matching(/^sr\./) },
  { name: 'last_stages', describe: 'the backbone’s last stage or blocks, and the head', select: lastStages },
  { name: 'backbone', describe: 'the backbone with the head', select: matching(/^(backbone|head)\./) },
  { name: 'everything', describe: 'all but the super-resolution', select: matching(/^(?!sr\.)/) },
] as const satisfies readonly PartDefinition[];

export type TrainedPart = (typeof TRAINED_PARTS)[number]['name'];

export const FINE_TUNED_PARTS: readonly TrainedPart[] = ['resizer', 'head'];

/** The parts that may have learning rates of their own. */
export const LEARNING_RATE_GROUPS = ['sr', 'stn', 'resizer', 'backbone', 'head'] as const;
export type LearningRateGroup = (typeof LEARNING_RATE_GROUPS)[number];

/** By which learning rate a tensor is trained: its part's; a backbone's own head counts as the head. */
export const learningRateGroupOf = (key: string): LearningRateGroup =>
  HEAD.test(key) ? 'head' : LEARNING_RATE_GROUPS.find((group) => key.startsWith(`${group}.`))!;

/**
 * The keys of all parameters that the parts named hold. Throws UsageError where there are none, or for a part that
 * the network does not have.
 */
export function trainedKeys(parts: readonly TrainedPart[], specs: readonly ParameterSpec[]): ReadonlySet<string> {
  const keys = specs.filter(({ kind }) => kind === 'parameter').map(({ key }) => key);
  const selected = parts.map((part) => ({ part, keys: definitionOf(part).select(keys) }));
  const empty = selected.filter((part) => part.keys.length === 0).map(({ part }) => part);
  if (empty.length > 0) throw new UsageError(`The network has no ${empty.join(', ')} to train.`, { names: empty });
  if (parts.length === 0) throw new UsageError('Say which part of the network is to be trained.');
  return new Set(selected.flatMap((part) => part.keys));
}

function definitionOf(name: string): PartDefinition {
  const found = TRAINED_PARTS.find((part) => part.name === name);
  if (found !== undefined) return found;
  const names = TRAINED_PARTS.map((part) => part.name);
  throw new UsageError(`There is no part “${name}” to train.`, { names, remedy: `Choose among ${names.join(', ')}.` });
}

/** From the beginning of a Swin's last stage, or of another transformer's last quarter of blocks, to the end. */
function lastStages(keys: readonly string[]): readonly string[] {
  const start = Math.max(
    startOf(keys, 'layers', () => 1),
    startOf(keys, 'blocks', (count) => Math.ceil(count / 4)),
  );
  return start === -1 ? [] : keys.slice(start);
}

/** Where the last of a backbone's numbered modules begin among the keys; -1 where it has none of that name. */
function startOf(keys: readonly string[], list: string, lastOf: (count: number) => number): number {
  const pattern = new RegExp(`^backbone\\.${list}\\.(\\d+)\\.`);
  const numbers = keys.map((key) => Number(pattern.exec(key)?.[1] ?? -1));
  const count = Math.max(...numbers) + 1;
  return count === 0 ? -1 : numbers.indexOf(count - lastOf(count));
}
