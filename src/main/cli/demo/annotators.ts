import { FERPLUS_CLASSES, FERPLUS_EMOTIONS } from '../../../shared/class-sets.ts';
import { type ActionUnits, PROTOTYPES, UNITS } from './expressions.ts';

const ANNOTATORS = 10;
const UNKNOWN_AT = FERPLUS_CLASSES.findIndex(({ name }) => name === 'unknown');
/** How sharply an annotator tells two expressions apart: the spread of what they see, in action units. */
const PERCEPTION_NOISE = 0.5;
const TEMPERATURE = 0.4;
/** A face is called unknown so often, and more often the more of it is hidden. */
const UNKNOWN = 0.01;
const UNKNOWN_WHEN_HIDDEN = 0.12;

/**
 * Ten simulated annotators' votes, in FERPlus's order of its ten classes. Each sees the face's action units through
 * noise of their own and chooses by a softmax over the squared distances to the emotions at a middling strength: weak
 * expressions come out as neutral and neighbours (fear and surprise, anger and disgust) are mixed up, as crowds do.
 */
export function drawVotes(face: ActionUnits, hidden: number, draw: () => number): readonly number[] {
  const votes = FERPLUS_CLASSES.map(() => 0);
  for (let annotator = 0; annotator < ANNOTATORS; annotator += 1) {
    const unsure = draw() < UNKNOWN + UNKNOWN_WHEN_HIDDEN * hidden;
    votes[unsure ? UNKNOWN_AT : choose(face, draw)]! += 1;
  }
  return votes;
}

function choose(face: ActionUnits, draw: () => number): number {
  const seen = UNITS.map((unit) => face[unit] + PERCEPTION_NOISE * (draw() + draw() + draw() - 1.5));
  const weights = FERPLUS_EMOTIONS.map((emotion) => {
    const prototype = PROTOTYPES[emotion];
    const distance = UNITS.reduce((sum, unit, at) => sum + (seen[at]! - 0.75 * prototype[unit]) ** 2, 0);
    return Math.exp(-distance / TEMPERATURE);
  });
  let left = draw() * weights.reduce((sum, weight) => sum + weight, 0);
  const chosen = weights.findIndex((weight) => {
    left -= weight;
    return left <= 0;
  });
  return chosen === -1 ? 0 : chosen;
}
