import type { FERPLUS_EMOTIONS } from '../../../shared/class-sets.ts';

export type Emotion = (typeof FERPLUS_EMOTIONS)[number];

/**
 * What a drawn face does, in action units of the Facial Action Coding System (Ekman and Friesen 1978), each about −1 to
 * 1 with 0 at rest.
 */
export interface ActionUnits {
  /** Inner ends of the brows up (AU 1) or drawn down (AU 4). */
  readonly innerBrow: number;
  /** Outer ends of the brows up (AU 2). */
  readonly outerBrow: number;
  /** Eyes wide (AU 5) or narrowed (AU 7). */
  readonly eyes: number;
  /** Cheeks up, with folds beside the mouth (AU 6). */
  readonly cheeks: number;
  /** Nose wrinkled and upper lip raised (AU 9, 10). */
  readonly nose: number;
  /** Corners of the mouth up (AU 12) or down (AU 15). */
  readonly corners: number;
  /** One corner alone drawn up (AU 14, one side). */
  readonly oneSide: number;
  /** Lips stretched sideways (AU 20) or pressed together (AU 24). */
  readonly stretch: number;
  /** Jaw dropped (AU 26). */
  readonly jaw: number;
}

/** The units in the order in which faces are compared. */
export const UNITS = [
  'innerBrow',
  'outerBrow',
  'eyes',
  'cheeks',
  'nose',
  'corners',
  'oneSide',
  'stretch',
  'jaw',
] as const satisfies readonly (keyof ActionUnits)[];

const AT_REST: ActionUnits = {
  innerBrow: 0,
  outerBrow: 0,
  eyes: 0,
  cheeks: 0,
  nose: 0,
  corners: 0,
  oneSide: 0,
  stretch: 0,
  jaw: 0,
};

/** Each emotion at full strength (after Ekman and Friesen's EMFACS). */
export const PROTOTYPES: Readonly<Record<Emotion, ActionUnits>> = {
  neutral: AT_REST,
  happiness: { ...AT_REST, cheeks: 1, corners: 1, eyes: -0.3, jaw: 0.35, stretch: 0.4 },
  surprise: { ...AT_REST, innerBrow: 0.9, outerBrow: 1, eyes: 0.9, jaw: 1, stretch: -0.5 },
  sadness: { ...AT_REST, innerBrow: 0.8, outerBrow: -0.5, eyes: -0.4, corners: -0.9 },
  anger: { ...AT_REST, innerBrow: -1, outerBrow: 0.2, eyes: 0.3, stretch: -0.4, corners: -0.35 },
  disgust: { ...AT_REST, innerBrow: -0.6, outerBrow: -0.2, eyes: -0.7, nose: 1, corners: -0.5, cheeks: 0.4 },
  fear: { ...AT_REST, innerBrow: 1, outerBrow: 0.3, eyes: 1, stretch: 0.9, jaw: 0.45, corners: -0.3 },
  contempt: { ...AT_REST, outerBrow: 0.2, eyes: -0.2, oneSide: 1 },
};

/** A face between rest (0) and an emotion at full strength (1), each unit shaken by `noise` times a draw of ±1. */
export function expressed(emotion: Emotion, strength: number, noise: number, draw: () => number): ActionUnits {
  const prototype = PROTOTYPES[emotion];
  const units = UNITS.map((unit) => [unit, prototype[unit] * strength + noise * (2 * draw() - 1)]);
  return Object.fromEntries(units) as unknown as ActionUnits;
}
