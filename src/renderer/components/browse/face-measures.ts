import type { SampleDetail } from '../../../shared/entities.ts';

/** One figure of a face; `scale` is the greatest value it can have, where it has one, for the small bar beside it. */
export interface Measure {
  readonly name: string;
  readonly text: string;
  readonly explanation: string;
  readonly voice: 'crowd' | 'model' | 'both';
  readonly share: number | null;
}

const ratio = (name: string, value: number | null, voice: Measure['voice'], explanation: string): Measure => ({
  name,
  text: value === null ? '–' : value.toFixed(2),
  explanation,
  voice,
  share: value,
});
const nats = (name: string, value: number | null, voice: Measure['voice'], explanation: string): Measure => ({
  name,
  text: value === null || !Number.isFinite(value) ? '–' : `${value.toFixed(2)} nats`,
  explanation,
  voice,
  share: null,
});

/** Every figure the library holds of a face, the crowd's first; those of the model only where a run speaks. */
export function measuresOf(face: SampleDetail): readonly Measure[] {
  const crowd: readonly Measure[] = [
    ratio(
      'Vote entropy',
      face.voteEntropy,
      'crowd',
      'How far the votes are spread: 0 where all agree, 1 where every class has as many.',
    ),
    ratio(
      'Vote margin',
      face.voteMargin,
      'crowd',
      'The share of the first class less that of the second: 1 where all agree, 0 for a tie.',
    ),
  ];
  if (face.prediction === null) return crowd;
  const { confidence, measures } = face.prediction;
  return [
    ...crowd,
    ratio('Confidence', confidence, 'model', 'The probability the model gives its first choice.'),
    ...measures.map(({ label, value, unit, voice, explanation }) =>
      (unit === 'ratio' ? ratio : nats)(label, value, voice, explanation),
    ),
  ];
}
