import type { ChangedFace, Comparison } from '../../../shared/contract/comparisons.ts';
import { count, percent } from './format.ts';
import { pairs, table } from './table.ts';

/** A comparison in words: what was compared, figures and recall before and after, counts, and the faces if asked for. */
export function describeComparison(comparison: Comparison, withFaces: boolean): string {
  const { counts, figures, classes, support } = comparison;
  const facts = pairs([
    ['before', comparison.before],
    ['after', comparison.after],
    ['faces', `${count(comparison.faces)} of ${comparison.dataset}, ${comparison.splits.join(', ')}`],
    ['protocol', comparison.protocol],
    ['votes from', comparison.voteFiles.join(', ')],
    ['fixed', count(counts.fixed)],
    ['broken', count(counts.broken)],
    ['wrong otherwise', count(counts.changed)],
    ['unchanged', `${count(counts.stayedRight)} right, ${count(counts.stayedWrong)} wrong`],
    ['McNemar p', `${comparison.p < 0.0001 ? '< 0.0001' : comparison.p.toFixed(4)} (exact, two-sided)`],
  ]);
  const rows = [
    { name: 'accuracy', before: figures.before.accuracy, after: figures.after.accuracy, faces: comparison.faces },
    { name: 'macro-F1', before: figures.before.macroF1, after: figures.after.macroF1, faces: comparison.faces },
    { name: 'ECE', before: figures.before.ece, after: figures.after.ece, faces: comparison.faces },
    ...classes.map((name, index) => ({
      name: `recall ${name}`,
      before: figures.before.recall[index]!,
      after: figures.after.recall[index]!,
      faces: support[index]!,
    })),
  ];
  const changes = table(
    [
      { title: '', cell: ({ name }) => name },
      { title: 'BEFORE', align: 'right', cell: ({ before }) => percent(before) },
      { title: 'AFTER', align: 'right', cell: ({ after }) => percent(after) },
      { title: 'CHANGE', align: 'right', cell: ({ before, after }) => points(before, after) },
      { title: 'FACES', align: 'right', cell: ({ faces }) => count(faces) },
    ],
    rows,
    '',
  );
  return [facts, changes, ...(withFaces ? [faceTable(comparison)] : [])].join('\n\n');
}

/** A difference of two ratios in percentage points: `+2.4`. */
function points(before: number | null, after: number | null): string {
  if (before === null || after === null) return '–';
  const change = (after - before) * 100;
  return `${change < -0.05 ? '−' : '+'}${Math.abs(change).toFixed(1)}`;
}

const faceTable = ({ classes, changedFaces }: Comparison): string =>
  table<ChangedFace>(
    [
      { title: 'CHANGE', cell: ({ change }) => change },
      { title: 'FACE', cell: ({ key }) => key },
      { title: 'LABEL', cell: ({ label }) => classes[label]! },
      { title: 'BEFORE', cell: ({ before }) => classes[before]! },
      { title: '', align: 'right', cell: ({ beforeProbability }) => percent(beforeProbability) },
      { title: 'AFTER', cell: ({ after }) => classes[after]! },
      { title: '', align: 'right', cell: ({ afterProbability }) => percent(afterProbability) },
    ],
    changedFaces,
    'No prediction changed.',
  );
