import type { SampleDetail } from '../../../shared/entities.ts';
import { type TableColumn, tableText } from '../../table.ts';

/** What crowd and model say of one class; shares and probabilities lie in [0, 1]. */
export interface VoiceRow {
  readonly name: string;
  readonly votes: number;
  readonly share: number;
  readonly probability: number | null;
  readonly crowdFirst: boolean;
  readonly modelFirst: boolean;
}

/** One row a class, in the dataset's order; `probability` is null where no run speaks. */
export function voiceRows(face: SampleDetail, classes: readonly string[]): readonly VoiceRow[] {
  return classes.map((name, index) => {
    const votes = face.votes[index] ?? 0;
    return {
      name,
      votes,
      share: face.votesTotal === 0 ? 0 : votes / face.votesTotal,
      probability: face.prediction === null ? null : (face.prediction.probabilities[index] ?? 0),
      crowdFirst: face.label === index,
      modelFirst: face.prediction?.predicted === index,
    };
  });
}

/** A probability as a whole percentage; what would round to nothing or to certainty says so. */
export function percentWords(probability: number): string {
  if (probability === 0) return '0 %';
  if (probability < 0.005) return '<1 %';
  if (probability > 0.995 && probability < 1) return '>99 %';
  return `${Math.round(probability * 100)} %`;
}

const EXACT = 4;

export const VOICE_COLUMNS: readonly TableColumn<VoiceRow>[] = [
  { id: 'name', label: 'Class', text: (row) => row.name },
  { id: 'votes', label: 'Votes', numeric: true, text: (row) => String(row.votes), value: (row) => row.votes },
  { id: 'share', label: 'Share', numeric: true, text: (row) => row.share.toFixed(2), value: (row) => row.share },
  {
    id: 'probability',
    label: 'Model',
    numeric: true,
    text: (row) => (row.probability === null ? '–' : row.probability.toFixed(EXACT)),
    value: (row) => row.probability,
  },
];

/** The chart's numbers as tab-separated text. */
export const voiceText = (rows: readonly VoiceRow[]): string => tableText(rows, VOICE_COLUMNS);
