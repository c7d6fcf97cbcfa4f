import type { SampleTile } from '../../../shared/entities.ts';
import { classColour } from '../../class-colours.ts';

/** Whether the model's top class is the crowd's; null where one of the two has nothing to say. */
export const agrees = (tile: Pick<SampleTile, 'label' | 'predicted'>): boolean | null =>
  tile.label === null || tile.predicted === null ? null : tile.label === tile.predicted;

/** The votes as one CSS background: hard-edged stretches in class colours, as wide as their share, or null without votes. */
export function votesBackground(votes: readonly number[], classes: readonly string[]): string | null {
  const total = votes.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let reached = 0;
  const stops = votes.flatMap((count, index) => {
    if (count === 0) return [];
    const from = (reached / total) * 100;
    reached += count;
    return [`${classColour(classes[index] ?? '')} ${from.toFixed(2)}% ${((reached / total) * 100).toFixed(2)}%`];
  });
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

/** The tile in words, for whoever cannot see it: key, the crowd's label, the model's, and whether they differ. */
export function tileWords(tile: SampleTile, classes: readonly string[]): string {
  const name = (index: number | null): string => (index === null ? 'no label' : (classes[index] ?? `class ${index}`));
  const model = tile.predicted === null ? '' : `, model: ${name(tile.predicted)}`;
  return `${tile.key}, crowd: ${name(tile.label)}${model}${agrees(tile) === false ? ', they disagree' : ''}`;
}
