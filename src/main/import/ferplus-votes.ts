import { FERPLUS_CLASSES } from '../../shared/class-sets.ts';
import type { Split } from '../../shared/entities.ts';
import { ImportError } from '../../shared/errors.ts';
import { type CsvRecord, readCsv } from './csv.ts';
import { foldersOf, type TreeEntry } from './source-tree.ts';
import { splitOfFolders, splitOfName } from './split-names.ts';
import type { Tally } from './tally.ts';
import { parseVotes } from './vote-cells.ts';

/** One named row of a FERPlus votes file; the ten votes stand in the order of FERPLUS_CLASSES. */
export interface VoteRow {
  readonly name: string;
  readonly split: Split;
  readonly votes: readonly number[];
  readonly file: TreeEntry;
  readonly line: number;
  /** Counted from 0 over the file's data rows, the unusable ones too. */
  readonly position: number;
}

/** A vote file and how it is laid out: Microsoft's one table, or the list beside the images of one split. */
export interface VoteFile {
  readonly entry: TreeEntry;
  readonly layout: 'table' | 'folder-list';
}

const VOTES = FERPLUS_CLASSES.length;
const TABLE_COLUMNS = ['Usage', 'Image name', ...FERPLUS_CLASSES.map(({ name }) => name)];

/** Whether a first record is the header of a `fer2013new.csv`, columns in any order. */
export function isVoteTable(header: readonly string[]): boolean {
  return missingColumns(header).length === 0;
}

/** Throws ImportError naming the columns that a `fer2013new.csv` lacks. */
export function refuseWrongColumns(entry: TreeEntry, header: readonly string[] | null): void {
  const missing = missingColumns(header ?? []);
  if (missing.length === 0) return;
  throw new ImportError(`${entry.display} lacks the columns ${missing.join(', ')}.`, {
    file: entry.display,
    line: 1,
    names: missing,
    remedy: `Its first line should be ${TABLE_COLUMNS.join(',')}.`,
  });
}

function missingColumns(header: readonly string[]): string[] {
  const present = new Set(header.map(columnKey));
  return TABLE_COLUMNS.filter((column) => !present.has(columnKey(column)));
}

function columnKey(name: string): string {
  return name.trim().toLowerCase();
}

/** What vote files hold: the usable rows by image name, and every name that any row gave. */
export interface Votes {
  readonly rows: ReadonlyMap<string, VoteRow>;
  readonly names: ReadonlySet<string>;
}

/**
 * Reads vote files to their ends. Counts in `tally` every row that names no image, has bad votes or an unknown
 * split, or is superseded by a later row of the same name.
 */
export async function readVoteFiles(files: readonly VoteFile[], tally: Tally): Promise<Votes> {
  const names = new Set<string>();
  const rows = new Map<string, VoteRow>();
  for (const file of files) {
    for await (const row of readRows(file, names, tally)) {
      const earlier = rows.get(row.name);
      if (earlier !== undefined) {
        tally.skip('duplicate-name', { file: earlier.file.display, line: earlier.line, what: row.name });
        rows.delete(row.name);
      }
      rows.set(row.name, row);
    }
  }
  for (const { split } of rows.values()) tally.countRow(split);
  return { rows, names };
}

async function* readRows({ entry, layout }: VoteFile, names: Set<string>, tally: Tally): AsyncGenerator<VoteRow> {
  let position = 0;
  let cellsOf = layout === 'folder-list' ? listCells(entry) : null;
  for await (const record of readCsv(entry)) {
    if (cellsOf === null) {
      refuseWrongColumns(entry, record.fields);
      cellsOf = tableCells(record.fields);
      continue;
    }
    tally.rowsRead += 1;
    const cells = cellsOf(record.fields);
    names.add(cells.name);
    const row = checkRow(entry, record, cells, tally);
    if (row !== null) yield { ...row, position };
    position += 1;
  }
}

interface Cells {
  readonly usage: string;
  readonly split: Split | null;
  readonly name: string;
  readonly votes: readonly (string | undefined)[];
}

function tableCells(header: readonly string[]): (fields: readonly string[]) => Cells {
  const keys = header.map(columnKey);
  const [usageAt, nameAt, ...votesAt] = TABLE_COLUMNS.map((column) => keys.indexOf(columnKey(column)));
  return (fields) => {
    const usage = fields[usageAt!] ?? '';
    const votes = votesAt.map((at) => fields[at]);
    return { usage, split: splitOfName(usage), name: fields[nameAt!]?.trim() ?? '', votes };
  };
}

/** No header; name, a box such as "(0, 0, 48, 48)", then the votes. The folder says the split. */
function listCells(entry: TreeEntry): (fields: readonly string[]) => Cells {
  const split = splitOfFolders(foldersOf(entry.path)) ?? 'none';
  return (fields) => ({ usage: split, split, name: fields[0]?.trim() ?? '', votes: fields.slice(2) });
}

function checkRow(
  entry: TreeEntry,
  { line, fields }: CsvRecord,
  cells: Cells,
  tally: Tally,
): Omit<VoteRow, 'position'> | null {
  const { name } = cells;
  const place = (what: string) => ({ file: entry.display, line, what });
  if (name === '') tally.skip('no-name', place(fields.join(',')));
  else if (cells.split === null) tally.skip('unknown-split', place(`${name}: “${cells.usage}”`));
  else {
    const votes = parseVotes(cells.votes, VOTES);
    if (votes !== null) return { name, split: cells.split, votes, file: entry, line };
    tally.skip('bad-votes', place(`${name}: ${cells.votes.join(',')}`));
  }
  return null;
}
