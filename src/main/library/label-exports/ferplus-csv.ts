import { join } from 'node:path';
import { type ClassInfo, FERPLUS_CLASSES, mapClasses } from '../../../shared/class-sets.ts';
import type { Split } from '../../../shared/entities.ts';
import { ClassMappingError } from '../../../shared/errors.ts';
import { csvLine } from '../../import/label-files/guarded-cell.ts';
import { votesUnder } from '../label-overlay.ts';
import { writeHistory } from './jsonl.ts';
import { type ExportedFace, isoTime, type LabelExport, type LabelSource, type LabelTarget } from './label-export.ts';
import { createTextFile } from './text-file.ts';

const USAGES: Readonly<Record<Split, string>> = {
  train: 'Training',
  valid: 'PublicTest',
  test: 'PrivateTest',
  none: '',
};
const NAMES = FERPLUS_CLASSES.map(({ name }) => name);

/**
 * The table that FERPlus's tools read, its twelve columns first and as imported; behind them the relabelled votes, the
 * current label, and who relabelled when and why. The history beside it, `NAME.history.jsonl`, restores all of it.
 */
export const ferplusCsv = {
  name: 'ferplus-csv',
  label: 'FERPlus CSV',
  explanation:
    'The columns of fer2013new.csv, then relabelled votes, label, annotator, time and note; the history beside it.',
  suffix: '.csv',
  async write(source, target) {
    const columns = ferplusColumns(source.classes);
    const table = createTextFile(join(target.folder, `${target.name}.csv`));
    let faces = 0;
    try {
      table.write(csvLine(ferplusHeader(target.votes)));
      for (const face of source.faces()) {
        table.write(csvLine(ferplusCells(face, source.classes, columns, target.votes)));
        faces += 1;
        await target.tick();
      }
    } finally {
      table.close();
    }
    await writeHistory(source, target, `${target.name}.history.jsonl`);
    return { faces, leftOut: [] };
  },
} as const satisfies LabelExport<'ferplus-csv'>;

type Votes = LabelTarget['votes'];

/** The header: the twelve columns, then `relabelled …` or `original …` ones, whichever the twelve do not hold. */
export function ferplusHeader(votes: Votes): string[] {
  const others = NAMES.map((name) => `${votes === 'original' ? 'relabelled' : 'original'} ${name}`);
  return ['Usage', 'Image name', ...NAMES, ...others, 'label', 'relabelled by', 'relabelled at', 'note'];
}

/** Where each of FERPlus's ten columns stands in a dataset's classes, -1 where it has none. Throws ClassMappingError. */
export function ferplusColumns(classes: LabelSource['classes']): number[] {
  const own = classes.map(({ name }) => name);
  const { indices, unmapped } = mapClasses(own, NAMES);
  if (unmapped.length === 0) return NAMES.map((_, column) => indices.indexOf(column));
  throw new ClassMappingError(`FERPlus’s table has no column for ${unmapped.join(', ')}.`, {
    names: unmapped,
    remedy: 'Export as jsonl, class-folders or label-studio, which take any class.',
  });
}

/** The votes with what annotators added and took, all of them on the label that one gave where one did. */
function relabelledVotes({ id, votes, currentVotes, relabel }: ExportedFace): readonly number[] {
  const added = currentVotes.map((count, index) => count - votes[index]!);
  return votesUnder(new Map([[id, { label: relabel?.label ?? null, votes: added }]]), id, votes);
}

function ferplusCells(
  face: ExportedFace,
  classes: readonly ClassInfo[],
  columns: readonly number[],
  votes: Votes,
): (string | number | null)[] {
  const cells = (counts: readonly number[]): number[] => columns.map((at) => (at < 0 ? 0 : counts[at]!));
  const both = [cells(face.votes), cells(relabelledVotes(face))];
  const { label, relabel } = face;
  return [
    USAGES[face.split],
    face.key,
    ...(votes === 'original' ? both : both.toReversed()).flat(),
    label === null ? null : classes[label]!.name,
    relabel?.annotator ?? null,
    relabel === null ? null : isoTime(relabel.at),
    relabel?.note ?? null,
  ];
}
