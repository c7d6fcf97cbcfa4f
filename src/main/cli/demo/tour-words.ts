import type { Evaluation } from '../../../shared/contract/analysis.ts';
import { count, duration, percent } from '../terminal/format.ts';
import { pairs, table } from '../terminal/table.ts';
import type { Rerun } from './exported.ts';
import type { Scored } from './tour.ts';

export interface TourDocument {
  readonly synthetic: boolean;
  readonly before: Scored;
  readonly after: Scored;
  readonly gain: number;
  readonly rerun: Rerun;
  readonly library: string;
  readonly open: string;
  readonly seconds: number;
}

/** The tour in words: what was mistaken most before and after fine-tuning, the gain, and how to look at it all. */
export function describeTour({ synthetic, before, after, gain, rerun, library, open, seconds }: TourDocument): string {
  const { split, support } = before.evaluation;
  const facts = pairs([
    [
      'faces',
      `${count(support)} of the ${split} split${synthetic ? ', drawn by this program with simulated votes' : ''}`,
    ],
    ['before', figures(before.evaluation)],
    ['after', figures(after.evaluation)],
    ['gain', `${(100 * gain).toFixed(1)} points of accuracy`],
    ['exported', rerun.file],
    ['run again', describeRerun(rerun)],
    ['library', library],
    ['time', duration(seconds)],
  ]);
  return [
    confusionsOf('Mistaken most by the shipped model', before.evaluation),
    confusionsOf('and after fine-tuning its resizer and head', after.evaluation),
    facts,
    `Open it in the app with:\n  ${open}`,
  ].join('\n\n');
}

const figures = ({ accuracy, macroF1 }: Evaluation): string =>
  `${percent(accuracy)} accuracy, ${macroF1 === null ? '–' : macroF1.toFixed(3)} macro-F1`;

const describeRerun = ({ faces, changed, maxDifference }: Rerun): string =>
  `${count(changed)} of ${count(faces)} faces predicted otherwise, ${maxDifference === 0 ? 'no difference' : `${maxDifference.toExponential(1)} at most`} in a probability`;

const SHOWN = 5;

/** The commonest confusions of two classes, as shares of the faces of the class voted for. */
export function confusionsOf(title: string, { confusion, classes }: Evaluation): string {
  const found = confusion
    .flatMap((row, voted) => {
      const support = row.reduce((sum, faces) => sum + faces, 0);
      return row.map((faces, predicted) => ({ voted, predicted, faces, support }));
    })
    .filter(({ voted, predicted, faces }) => voted !== predicted && faces > 0)
    .sort((a, b) => b.faces - a.faces)
    .slice(0, SHOWN);
  const lines = table(
    [
      { title: 'VOTED', cell: ({ voted }: (typeof found)[number]) => classes[voted]! },
      { title: 'PREDICTED', cell: ({ predicted }) => classes[predicted]! },
      { title: 'FACES', align: 'right', cell: ({ faces, support }) => `${count(faces)} of ${count(support)}` },
    ],
    found,
    'Nothing was mistaken.',
  );
  return `${title}:\n${lines}`;
}
