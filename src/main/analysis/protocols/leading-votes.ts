import { finish, sum, type Target, withoutSingleVotes } from './protocol.ts';

const ENOUGH = 0.75;
const MOST_CLASSES = 3;

/**
 * The target shared by FERPlus's probability and cross-entropy protocols: classes are taken from the top, all that
 * tie at once, until 3/4 of the votes or three classes are taken; a non-emotion ends the taking (Barsoum et al., 2016).
 */
export function leadingVotes(votes: readonly number[], emotion: readonly boolean[]): Target {
  const left = [...withoutSingleVotes(votes)];
  const all = sum(left);
  const kept = left.map(() => 0);
  let taken = 0;
  let classes = 0;
  let onlyEmotions = true;
  while (taken < ENOUGH * all && classes < MOST_CLASSES && onlyEmotions) {
    const top = Math.max(...left);
    for (let index = 0; index < left.length && onlyEmotions; index += 1) {
      if (left[index] !== top) continue;
      kept[index] = top;
      left[index] = 0;
      taken += top;
      classes += 1;
      if (emotion[index] === true) continue;
      onlyEmotions = false;
      if (sum(kept) > top) {
        kept[index] = 0;
        classes -= 1;
      }
    }
  }
  if (sum(kept) <= 0.5 * all || classes > MOST_CLASSES) return null;
  return finish(kept, emotion);
}
