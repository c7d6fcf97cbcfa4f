import type { TrainingEpoch } from '../../../shared/contract/trainings.ts';
import type { ModelSpec, ModelTraining } from '../../../shared/model-spec.ts';
import type { CardSection } from './card.ts';

/** The card of a model that was trained here: what is inside, how it was trained and can be again, and how that went. */
export function aboutTrained(
  { pipeline, training }: ModelSpec,
  epochs: readonly TrainingEpoch[],
): { readonly summary: string; readonly sections: readonly CardSection[] } {
  return {
    summary:
      training === undefined
        ? 'A classifier of facial expressions, put together by Countenance.'
        : 'A classifier of facial expressions trained with Countenance.',
    sections: [
      { title: 'What is inside', paragraphs: [pipeline.map((step) => `- ${step}`).join('\n')] },
      ...(training === undefined ? [] : trainingSections(training, epochs)),
    ],
  };
}

/** How a run went and how to make it again; its epochs as a table where they are known. */
export function trainingSections(training: ModelTraining, epochs: readonly TrainingEpoch[]): readonly CardSection[] {
  const { steps, epochs: count, provider, seconds, prior, config } = training;
  const run = `The weights after ${count} ${count === 1 ? 'epoch' : 'epochs'}, ${steps.toLocaleString('en-US')} steps, on ${provider}; the run took ${duration(seconds)}.`;
  const again = [
    'To train it again, with this as `settings.json`:',
    fenced('sh', 'countenance train --config settings.json'),
    fenced('json', JSON.stringify(config, null, 2)),
  ];
  return [
    { title: 'The run', paragraphs: [run, ...(epochs.length === 0 ? [] : [epochTable(epochs, count)]), ...again] },
    ...(prior === null ? [] : [{ title: 'The prior of its loss', paragraphs: [priorTable(prior)] }]),
  ];
}

export const fenced = (language: string, text: string): string => ['```'.concat(language), text, '```'].join('\n');

/** A Markdown table of rows of cells under a row of titles. */
export const markdownTable = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const MOST_EPOCHS = 40;

/** Long runs are shown by the first and last epochs, and the one whose weights these are. */
function epochTable(epochs: readonly TrainingEpoch[], chosen: number): string {
  const figure = (value: number | null, digits = 4): string => (value === null ? '–' : value.toFixed(digits));
  const shown = epochs.filter(
    ({ epoch }, index) =>
      epochs.length <= MOST_EPOCHS || index < MOST_EPOCHS / 2 || index >= epochs.length - 5 || epoch === chosen,
  );
  return markdownTable(
    ['epoch', 'train loss', 'valid loss', 'accuracy', 'macro-F1', 'ECE'],
    shown.map(({ epoch, trainLoss, loss, accuracy, macroF1, ece }) => [
      epoch === chosen ? `**${epoch}**` : String(epoch),
      figure(trainLoss),
      figure(loss),
      accuracy === null ? '–' : `${(accuracy * 100).toFixed(2)} %`,
      figure(macroF1),
      figure(ece),
    ]),
  );
}

const priorTable = ({ classes, rows }: NonNullable<ModelTraining['prior']>): string =>
  markdownTable(
    ['label', ...classes],
    rows.map((row, index) => [classes[index]!, ...row.map((share) => share.toFixed(3))]),
  );

function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
