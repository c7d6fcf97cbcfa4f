/**
 * Where a spreadsheet may begin to read a formula: the start of a cell, also of one that it makes by splitting at
 * another separator than ours, before = + - @, their full-width forms or a control character.
 */
const FORMULA = /(?<=^|[,;|\t\r\n])(?='*[=+\-@＝＋－＠\t\r\n])/g;
const GUARD = /(?<=^|[,;|\t\r\n])'(?='*[=+\-@＝＋－＠\t\r\n])/g;

/** A text that no spreadsheet takes for a formula: an apostrophe before each place where one could begin (OWASP). */
export const guardCell = (text: string): string => text.replace(FORMULA, "'");

/** The text that `guardCell` was given; of others' files, the text without such apostrophes. */
export const unguardCell = (cell: string): string => cell.replace(GUARD, '');

/** One line of CSV, each text guarded, quoted where need be, ended by a carriage return and line feed (RFC 4180). */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map((cell) => (typeof cell === 'string' ? quote(guardCell(cell)) : (cell ?? ''))).join(',')}\r\n`;
}

const quote = (text: string): string => (/[",;\r\n\t']|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
