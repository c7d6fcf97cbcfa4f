import { CsvError, type Info, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { ImportError } from '../../shared/errors.ts';
import { checkPrior, type Prior } from '../../shared/priors/prior.ts';
import { csvLine, unguardCell } from './label-files/guarded-cell.ts';

export type PriorFormat = 'json' | 'csv';

/** A prior as a file: JSON `{classes, rows}`, or CSV with the classes as its first row and its first column. */
export function writePriorText({ classes, rows }: Prior, format: PriorFormat): string {
  if (format === 'json') return `${JSON.stringify({ classes, rows }, null, 2)}\n`;
  return [csvLine(['class', ...classes]), ...rows.map((row, index) => csvLine([classes[index]!, ...row]))].join('');
}

/**
 * A checked prior of such a file; which it is shows in its first character. Throws ImportError naming file, line and
 * cell where it cannot be read, UsageError naming the cell where it is no prior.
 */
export function readPriorText(text: string, file: string): Prior {
  const prior = text.trimStart().startsWith('{') ? fromJson(text, file) : fromCsv(text, file);
  checkPrior(prior);
  return prior;
}

const jsonSchema = z.object({ classes: z.array(z.string()), rows: z.array(z.array(z.number())) });

function fromJson(text: string, file: string): Prior {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new ImportError(`${file} is no JSON: ${String((error as Error).message)}`, { file }, error);
  }
  const found = jsonSchema.safeParse(document);
  if (found.success) return found.data;
  const issue = found.error.issues[0]!;
  throw new ImportError(`${file} is no prior: ${issue.path.join('.')} ${issue.message}`, {
    file,
    field: issue.path.join('.'),
    remedy: 'A prior is {"classes": [names], "rows": [[numbers]]}.',
  });
}

function fromCsv(text: string, file: string): Prior {
  const [head, ...lines] = cellsOf(text, file);
  const classes = (head?.cells ?? []).slice(1).map(unguardCell);
  const rows = new Map<string, readonly number[]>();
  for (const { cells, line } of lines) {
    const [first = '', ...values] = cells;
    const name = unguardCell(first);
    if (!classes.includes(name) || rows.has(name)) {
      throw new ImportError(
        rows.has(name)
          ? `Line ${line} of ${file} has the row ${name} again.`
          : `Line ${line} of ${file}: “${name}” is no class.`,
        { file, line, names: classes, remedy: 'The first row and the first column name the same classes.' },
      );
    }
    rows.set(
      name,
      values.map((value, index) => numberIn(value, { file, line, row: name, column: classes[index] ?? '?' })),
    );
  }
  const missing = classes.filter((name) => !rows.has(name));
  if (missing.length === 0 && classes.length > 0) return { classes, rows: classes.map((name) => rows.get(name)!) };
  throw new ImportError(
    classes.length === 0
      ? `${file} names no classes in its first row.`
      : `${file} has no row for ${missing.join(', ')}.`,
    { file, names: missing, remedy: 'The first row and the first column name the same classes.' },
  );
}

function cellsOf(text: string, file: string): readonly { readonly cells: readonly string[]; readonly line: number }[] {
  try {
    const options = { bom: true, trim: true, skip_empty_lines: true, relax_column_count: true, info: true };
    const records = parse(text, options) as unknown as readonly { record: string[]; info: Info }[];
    return records.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (error) {
    const line = error instanceof CsvError ? Number(error.lines) : undefined;
    throw new ImportError(`${file} is no CSV: ${(error as Error).message}`, { file, ...(line && { line }) }, error);
  }
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly row: string;
  readonly column: string;
}

function numberIn(cell: string, { file, line, row, column }: Place): number {
  const value = Number(cell);
  if (cell.trim() !== '' && Number.isFinite(value)) return value;
  throw new ImportError(`Line ${line} of ${file}: “${cell}” in the column ${column} is no number.`, {
    file,
    line,
    field: `${row}, ${column}`,
  });
}
