import { FERPLUS_CLASSES } from '../../../shared/class-sets.ts';
import { ImportError } from '../../../shared/errors.ts';
import { type CsvRecord, readCsv } from '../csv.ts';
import { isVoteTable } from '../ferplus-votes.ts';
import type { TreeEntry } from '../source-tree.ts';
import { parseVotes } from '../vote-cells.ts';
import { unguardCell } from './guarded-cell.ts';
import { type LabelReader, type ReadLabel, timeOf } from './label-row.ts';

const FACE = ['image name', 'image', 'key', 'name', 'file', 'filename', 'face'];
const LABEL = ['label', 'relabel', 'new label', 'emotion', 'class', 'choice'];
const ANNOTATOR = ['relabelled by', 'relabeled by', 'annotator', 'labelled by', 'who', 'user'];
const AT = ['relabelled at', 'relabeled at', 'labelled at', 'at', 'time', 'date'];
const NOTE = ['note', 'why', 'comment'];
const CLASSES = FERPLUS_CLASSES.map(({ name }) => name);

/**
 * A table with a header: a column with the face's name and one with its label, or the ten votes of `fer2013new.csv`,
 * whose label is the class with most votes. Where a column says who relabelled a face, rows without a name label nothing.
 */
export const csvLabels = {
  name: 'csv',
  label: 'CSV table',
  layout: 'a header with “Image name” and “label” (and “annotator”, “at”, “note”), or the columns of fer2013new.csv',
  sniff: (head) => {
    const [header = ''] = head.split(/\r?\n/, 1);
    return !/^\s*[[{]/.test(head) && header.includes(',');
  },
  async *read(entry) {
    let rowOf: ((record: CsvRecord) => ReadLabel) | null = null;
    for await (const record of readCsv(entry)) {
      if (rowOf === null) rowOf = rowReader(entry, record.fields);
      else yield rowOf(record);
    }
    if (rowOf === null) throw new ImportError(`${entry.display} is empty.`, { file: entry.display });
  },
} as const satisfies LabelReader<'csv'>;

function rowReader(entry: TreeEntry, header: readonly string[]): (record: CsvRecord) => ReadLabel {
  const titles = header.map((title) => title.trim().toLowerCase());
  const find = (names: readonly string[]): number =>
    names.map((name) => titles.indexOf(name)).find((at) => at >= 0) ?? -1;
  const [face, label, annotator, at, note] = [FACE, LABEL, ANNOTATOR, AT, NOTE].map(find) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const votes = isVoteTable(header) ? CLASSES.map((name) => titles.indexOf(name.toLowerCase())) : null;
  if (face < 0 || (label < 0 && votes === null)) throw missingColumns(entry, face < 0 ? 'Image name' : 'label');
  const marksRelabelled = titles.some((title) => title === 'relabelled by' || title === 'relabeled by');
  return ({ line, fields }) => {
    const place = { file: entry.display, line };
    const cell = (column: number): string => unguardCell(fields[column] ?? '').trim();
    const name = unguardCell(fields[face] ?? '');
    const who = cell(annotator);
    if (name.trim() === '') return { place, problem: 'The row names no image.' };
    if (marksRelabelled && who === '') return null;
    const given = label >= 0 ? cell(label) : topOf(votes!.map((column) => fields[column]));
    if (given === undefined) return { place, problem: `${name}: a vote is not a whole number, or votes are missing.` };
    if (given === '') return null;
    const time = timeOf(cell(at));
    if (Number.isNaN(time))
      return { place, problem: `${name}: “${cell(at)}” is no time such as 2026-01-31T12:00:00Z.` };
    return {
      place,
      face: name,
      label: given,
      annotator: who === '' ? null : who,
      at: time,
      note: unguardCell(fields[note] ?? ''),
    };
  };
}

/** The class with most votes, '' where several lead or nobody voted, undefined of cells that are no votes. */
function topOf(cells: readonly (string | undefined)[]): string | undefined {
  const votes = parseVotes(cells, CLASSES.length);
  if (votes === null) return undefined;
  const most = Math.max(...votes);
  return most > 0 && votes.filter((count) => count === most).length === 1 ? CLASSES[votes.indexOf(most)] : '';
}

function missingColumns(entry: TreeEntry, column: string): ImportError {
  return new ImportError(`${entry.display} has no column “${column}”.`, {
    file: entry.display,
    line: 1,
    names: [column],
    remedy: 'Its first line should name the columns, such as: Image name,label,annotator,at,note.',
  });
}
