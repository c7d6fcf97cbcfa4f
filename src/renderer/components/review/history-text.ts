import type { LabelEvent } from '../../../shared/contract/labels.ts';

const classWord = (classes: readonly string[], value: unknown): string =>
  typeof value === 'number' ? (classes[value] ?? `class ${value}`) : 'the crowd’s word';

function votesWords(classes: readonly string[], before: unknown, after: unknown): string {
  const [from, to] = [before, after].map((value) => (Array.isArray(value) ? (value as number[]) : []));
  const changes = classes.flatMap((name, index) => {
    const by = (to![index] ?? 0) - (from![index] ?? 0);
    return by === 0 ? [] : [`${by > 0 ? '+' : '−'}${Math.abs(by)} ${name}`];
  });
  return changes.length === 0 ? 'votes as they were' : `votes: ${changes.join(', ')}`;
}

/** What an event changed, in words: “anger → sadness”, “votes: +1 fear”, “note: …”. */
export function eventWords({ field, before, after }: LabelEvent, classes: readonly string[]): string {
  if (field === 'label') return `${classWord(classes, before)} → ${classWord(classes, after)}`;
  if (field === 'votes') return votesWords(classes, before, after);
  return typeof after === 'string' ? `note: ${after}` : 'note removed';
}

/** How an event came about, where it was not simply done. */
export const kindWords = ({ kind }: LabelEvent): string => (kind === 'do' ? '' : kind === 'undo' ? 'undo' : 'redo');
