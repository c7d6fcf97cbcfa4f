import { classColour } from '../../class-colours.ts';
import type { TrainingCourse } from '../../composables/use-training.ts';
import { type ChartSeries, smoothed } from '../charts/series.ts';

/** Okabe and Ito's colours, for runs laid over each other. */
const RUN_COLOURS = [
  'var(--model)',
  'var(--crowd)',
  'var(--class-5)',
  'var(--class-6)',
  'var(--class-4)',
  'var(--class-2)',
];
const SMOOTHING = 10;

/** The loss of each step, smoothed, and of each epoch's validation. */
export const lossSeries = ({ steps, epochs }: TrainingCourse): readonly ChartSeries[] => [
  {
    name: 'training',
    colour: 'var(--text-faint)',
    points: smoothed(
      steps.map(({ step, loss }) => [step, loss]),
      SMOOTHING,
    ),
  },
  { name: 'validation', colour: 'var(--model)', points: pointsOf(epochs, 'step', ({ loss }) => loss) },
];

/** Accuracy and macro-F1 by epoch, in percent. */
export const accuracySeries = ({ epochs }: TrainingCourse): readonly ChartSeries[] => [
  { name: 'accuracy', colour: 'var(--model)', points: pointsOf(epochs, 'epoch', ({ accuracy }) => accuracy) },
  {
    name: 'macro-F1',
    colour: 'var(--crowd)',
    points: pointsOf(epochs, 'epoch', ({ macroF1 }) => macroF1),
    dashed: true,
  },
];

/** Each class's recall by epoch. */
export const recallSeries = ({ training, epochs }: TrainingCourse): readonly ChartSeries[] =>
  training.classes.map((name, index) => ({
    name,
    colour: classColour(name),
    points: pointsOf(epochs, 'epoch', ({ recall }) => recall[index] ?? null),
  }));

/** One figure of several runs, by epoch. */
export const overlaid = (
  courses: readonly TrainingCourse[],
  figure: (epoch: TrainingCourse['epochs'][number]) => number | null,
): readonly ChartSeries[] =>
  courses.map(({ training, epochs }, index) => ({
    name: `${training.id}: ${training.name}`,
    colour: RUN_COLOURS[index % RUN_COLOURS.length]!,
    points: pointsOf(epochs, 'epoch', figure),
  }));

function pointsOf(
  epochs: TrainingCourse['epochs'],
  by: 'epoch' | 'step',
  figure: (epoch: TrainingCourse['epochs'][number]) => number | null,
): readonly (readonly [number, number])[] {
  return epochs.flatMap((epoch) => {
    const value = figure(epoch);
    return value === null ? [] : [[epoch[by], value] as const];
  });
}
