import { z } from 'zod';
import { readLines } from '../text-lines.ts';
import { isHistory, readHistory } from './history.ts';
import { type LabelPlace, type LabelReader, type LabelRow, type ReadLabel, timeOf } from './label-row.ts';

/** A line of anybody's JSONL: the names that CSV columns have, whichever are there. */
const lineSchema = z.looseObject({
  face: z.string().optional(),
  key: z.string().optional(),
  image: z.string().optional(),
  label: z.string().nullish(),
  annotator: z.string().nullish(),
  at: z.union([z.string(), z.number()]).nullish(),
  note: z.string().nullish(),
});

/** One JSON object a line with face and label, or a history: of that, what each annotator says at its end. */
export const jsonlLabels = {
  name: 'jsonl',
  label: 'JSONL',
  layout: 'one JSON object a line with “face” and “label” (and “annotator”, “at”, “note”), or a history of Countenance',
  sniff: (head) => /^[\s\uFEFF]*\{/.test(head),
  async *read(entry) {
    const head = await readLines(entry).next();
    if (!head.done && isHistory(head.value.text)) {
      yield* lastWords(await readHistory(entry));
      return;
    }
    for await (const { line, text } of readLines(entry)) {
      if (text.trim() !== '') yield labelOf({ file: entry.display, line }, text);
    }
  },
} as const satisfies LabelReader<'jsonl'>;

function labelOf(place: LabelPlace, text: string): ReadLabel {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { place, problem: 'The line is no JSON.' };
  }
  const found = lineSchema.safeParse(value);
  if (!found.success) {
    const [issue] = found.error.issues;
    return { place, problem: `${issue!.path.join('.')} ${issue!.message}`.trim() };
  }
  const { label, annotator, note } = found.data;
  const face = found.data.face ?? found.data.key ?? found.data.image ?? '';
  if (face.trim() === '') return { place, problem: 'The line names no face.' };
  if (label === null || label === undefined || label === '') return null;
  const at = timeOf(found.data.at);
  if (Number.isNaN(at)) return { place, problem: `${face}: “${found.data.at}” is no time.` };
  return { place, face, label, annotator: annotator ?? null, at, note: note ?? '' };
}

/** The label and note of each annotator and face after the last action, in the order in which they were given. */
function* lastWords({ file, actions }: Awaited<ReturnType<typeof readHistory>>): Generator<LabelRow> {
  const rows = new Map<string, LabelRow>();
  const notes = new Map<string, string>();
  for (const { line, action } of actions) {
    for (const change of action.changes) {
      const key = JSON.stringify([action.annotator, change.face]);
      if (change.field === 'note') notes.set(key, change.after ?? '');
      if (change.field !== 'label') continue;
      rows.delete(key);
      if (change.after === null) continue;
      const { annotator, at } = action;
      const place = { file, line };
      rows.set(key, { place, face: change.face, label: change.after, annotator, at: Date.parse(at), note: '' });
    }
  }
  for (const [key, row] of rows) yield { ...row, note: notes.get(key) ?? '' };
}
