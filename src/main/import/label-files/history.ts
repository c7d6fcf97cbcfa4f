import { z } from 'zod';
import { ImportError } from '../../../shared/errors.ts';
import type { TreeEntry } from '../source-tree.ts';
import { readLines } from '../text-lines.ts';

/** What the first line of a history says it is; raised when a reader of old files would misread new ones. */
export const HISTORY_FORMAT = { type: 'countenance-labels', version: 1 } as const;

const counts = z.record(z.string(), z.number().int());

const common = {
  face: z.string(),
  /** The change whose place in time a label takes that an undo put back, counted from 1 over the file; 0: none's. */
  standing: z.number().int().min(0).nullish(),
};
const text = z.string().nullable();

/** A change with its face and classes by name; votes are what is added and taken, by class. */
const changeSchema = z.discriminatedUnion('field', [
  z.object({ ...common, field: z.literal('label'), before: text, after: text }),
  z.object({ ...common, field: z.literal('votes'), before: counts.nullable(), after: counts.nullable() }),
  z.object({ ...common, field: z.literal('note'), before: text, after: text }),
]);
export type HistoryChange = z.infer<typeof changeSchema>;

const headSchema = z.looseObject({
  type: z.literal(HISTORY_FORMAT.type),
  version: z.number().int(),
  dataset: z.string(),
  classes: z.array(z.string()),
});
export type HistoryHead = z.infer<typeof headSchema>;

/** An action as a file tells it. `number` counts the file's actions; `target` is the number of the one undone. */
export const actionSchema = z.object({
  type: z.literal('action'),
  number: z.number().int().positive(),
  annotator: z.string().min(1),
  kind: z.enum(['do', 'undo', 'redo']),
  target: z.number().int().positive().nullable(),
  queue: z.string().nullable(),
  run: z.string().nullable(),
  at: z.iso.datetime(),
  changes: z.array(changeSchema),
});
export type HistoryAction = z.infer<typeof actionSchema>;

/** An action and the line it stands on. */
export interface PlacedAction {
  readonly line: number;
  readonly action: HistoryAction;
}

/** Whether a file of this beginning is a history that Countenance wrote. */
export const isHistory = (head: string): boolean => head.startsWith(`{"type":"${HISTORY_FORMAT.type}"`);

/** All that a history tells. */
export interface LabelHistory {
  readonly file: string;
  readonly head: HistoryHead;
  readonly actions: readonly PlacedAction[];
}

/** Reads a history whole. Throws ImportError naming file and line of anything in it that is not as it was written. */
export async function readHistory(entry: TreeEntry): Promise<LabelHistory> {
  let head: HistoryHead | null = null;
  const actions: PlacedAction[] = [];
  for await (const { line, text } of readLines(entry)) {
    if (text.trim() === '') continue;
    const value = parsed(text, entry, line);
    if (head === null) head = headOf(value, entry, line);
    else if ((value as { type?: unknown }).type === 'action')
      actions.push({ line, action: actionOf(value, entry, line) });
  }
  if (head === null) throw broken(entry, 1, 'it is empty');
  refuseGaps(entry, actions);
  return { file: entry.display, head, actions };
}

function parsed(text: string, entry: TreeEntry, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw broken(entry, line, (error as Error).message);
  }
}

function headOf(value: unknown, entry: TreeEntry, line: number): HistoryHead {
  const found = headSchema.safeParse(value);
  if (!found.success) throw broken(entry, line, 'its first line does not say that it is a history of labels');
  if (found.data.version > HISTORY_FORMAT.version) {
    throw broken(entry, line, `it is of version ${found.data.version}, newer than ${HISTORY_FORMAT.version}`);
  }
  return found.data;
}

function actionOf(value: unknown, entry: TreeEntry, line: number): HistoryAction {
  const found = actionSchema.safeParse(value);
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  throw broken(entry, line, `${issue!.path.join('.')} ${issue!.message}`);
}

/** Numbers must count up and targets lie before, or an undo would undo something else. */
function refuseGaps(entry: TreeEntry, actions: readonly PlacedAction[]): void {
  actions.forEach(({ line, action: { number, kind, target } }, index) => {
    if (number !== index + 1) throw broken(entry, line, `action ${number} stands where ${index + 1} should`);
    if ((kind === 'do') !== (target === null) || (target !== null && target >= number)) {
      throw broken(entry, line, `${kind} of action ${target}`);
    }
  });
}

function broken(entry: TreeEntry, line: number, why: string): ImportError {
  return new ImportError(`Line ${line} of ${entry.display} cannot be read: ${why}.`, {
    file: entry.display,
    line,
    kept: 'Nothing was imported.',
    remedy: 'Export the labels again; a history is read whole or not at all.',
  });
}
