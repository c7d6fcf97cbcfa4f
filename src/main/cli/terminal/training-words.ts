import type { Training, TrainingCounts, TrainingEpoch, TrainingEstimate } from '../../../shared/contract/trainings.ts';
import { count, duration, percent } from './format.ts';
import { pairs, table } from './table.ts';

/** How many faces are trained on and validated with, by class, and how many the protocols leave out. */
export function describeCounts({ train, validation }: TrainingCounts): string {
  const classes = train.byClass.map(({ name, count: faces }) => `${name} ${count(faces)}`).join(', ');
  const trained = `Training on ${count(train.kept)} faces (${classes}); ${count(train.dropped)} are dropped${train.relabelled === 0 ? '' : `, ${count(train.relabelled)} are taught an annotator’s label`}.`;
  if (validation === null) return trained;
  return `${trained} Validating with ${count(validation.kept)}; ${count(validation.dropped)} are dropped.`;
}

/** How long a run would take, and what that was measured by. */
export const describeEstimate = ({ provider, facesPerSecond, steps, seconds }: TrainingEstimate): string =>
  `About ${duration(seconds)} on ${provider}: ${facesPerSecond.toFixed(1)} faces a second over ${count(steps)} steps that were timed.`;

const figure = (value: number | null, digits = 4): string => (value === null ? '–' : value.toFixed(digits));

/** An epoch's figures in one line. */
export const describeEpoch = ({ epoch, trainLoss, loss, accuracy, macroF1, ece }: TrainingEpoch): string =>
  [
    `epoch ${epoch}: loss ${figure(trainLoss)}`,
    ...(accuracy === null
      ? []
      : [
          `valid loss ${figure(loss)}`,
          `accuracy ${percent(accuracy)}`,
          `macro-F1 ${figure(macroF1, 3)}`,
          `ECE ${figure(ece, 3)}`,
        ]),
  ].join(', ');

/** A run in words: what it is made of, how far it is, its epochs and the best one's recall by class. */
export function describeTraining(training: Training, epochs: readonly TrainingEpoch[]): string {
  const { config, counts, best, classes } = training;
  const facts = pairs([
    ['run', `${training.id}: ${training.name}`],
    ['status', training.status],
    ['faces', `${count(counts.train.kept)} of ${config.dataset} (${config.splits.join(', ')}), ${config.protocol}`],
    ['votes from', training.voteFiles.join(', ')],
    ['trained', `${config.parts.join(', ')} with ${config.loss.name}, seed ${config.seed}`],
    ['on', training.provider === '' ? '–' : training.provider],
    [
      'done',
      `${training.epochsDone} of ${config.epochs} epochs, ${count(training.stepsDone)} steps in ${duration(training.seconds)}`,
    ],
    ['folder', training.folder],
  ]);
  const course = table(
    [
      { title: 'EPOCH', align: 'right', cell: (epoch) => `${epoch.epoch}${epoch.epoch === best?.epoch ? ' *' : '  '}` },
      { title: 'LOSS', align: 'right', cell: (epoch) => figure(epoch.trainLoss) },
      { title: 'VALID LOSS', align: 'right', cell: (epoch) => figure(epoch.loss) },
      { title: 'ACCURACY', align: 'right', cell: (epoch) => percent(epoch.accuracy) },
      { title: 'MACRO-F1', align: 'right', cell: (epoch) => figure(epoch.macroF1, 3) },
      { title: 'ECE', align: 'right', cell: (epoch) => figure(epoch.ece, 3) },
    ],
    epochs,
    'No epoch is done yet.',
  );
  if (best === null || best.accuracy === null) return `${facts}\n\n${course}`;
  const recall = table(
    [
      { title: 'CLASS', cell: ({ name }: { readonly name: string; readonly recall: number | null }) => name },
      { title: 'RECALL', align: 'right', cell: (entry) => percent(entry.recall) },
    ],
    classes.map((name, index) => ({ name, recall: best.recall[index] ?? null })),
    '',
  );
  return `${facts}\n\n${course}\n\n${recall}`;
}
