import { nextTick, type Ref, ref } from 'vue';
import { cellLimits, setCell, withRow, withRows } from '../../../shared/priors/edit.ts';
import type { Prior } from '../../../shared/priors/prior.ts';
import { usePriorEditor } from '../../stores/prior-editor.ts';
import { useToasts } from '../../stores/toasts.ts';
import { matrixOf, matrixText } from './matrix-text.ts';

const NUDGE = 0.01;
const FINE = 0.001;
/** How much of a probability a pixel of a drag is worth. */
const PER_PIXEL = 0.004;
/** Pixels before a press counts as a drag. */
const SLACK = 3;

const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

interface Place {
  readonly row: number;
  readonly column: number;
}

/** What hands do to the cells of the prior in the editor: keys, typing, dragging, and the clipboard of the whole table. */
export function useCellEdits(table: Readonly<Ref<HTMLElement | null>>) {
  const editor = usePriorEditor();
  const toasts = useToasts();
  const focused = ref<Place>({ row: 0, column: 0 });
  const typing = ref<(Place & { text: string }) | null>(null);
  const drag = ref<(Place & { readonly y: number; readonly from: Prior; readonly value: number }) | null>(null);

  const nameOf = (row: number, column: number): string => `${editor.classes[row]} seen as ${editor.classes[column]}`;

  function attempt(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      toasts.showError(thrown);
    }
  }

  function moveTo(row: number, column: number): void {
    const last = editor.classes.length - 1;
    focused.value = { row: Math.min(Math.max(row, 0), last), column: Math.min(Math.max(column, 0), last) };
    void nextTick(() => table.value?.querySelector<HTMLElement>('[tabindex="0"]')?.focus());
  }

  const assign = (row: number, column: number, value: number): void =>
    attempt(() => {
      if (editor.draft === null) return;
      const after = setCell(editor.draft, row, column, value, editor.locks);
      editor.put(after, `${nameOf(row, column)} set to ${value.toFixed(4)}`);
    });

  function nudge(row: number, column: number, by: number): void {
    if (editor.draft === null) return;
    const { least, most } = cellLimits(editor.draft.rows, row, column, editor.locks);
    assign(row, column, Math.min(most, Math.max(least, editor.draft.rows[row]![column]! + by)));
  }

  function resetRow(row: number): void {
    if (editor.draft === null || editor.origin === null) return;
    const after = withRow(editor.draft, row, editor.origin.rows, editor.locks);
    editor.put(after, `row ${editor.classes[row]} put back as it was opened`);
  }

  function begin(row: number, column: number, text: string): void {
    typing.value = { row, column, text };
    void nextTick(() => {
      const field = table.value?.querySelector('input');
      field?.focus();
      field?.setSelectionRange(text.length, text.length);
    });
  }

  function finish(keep: boolean, row: number, column: number): void {
    const text = typing.value?.text.trim().replace(',', '.') ?? '';
    typing.value = null;
    if (keep && text !== '') assign(row, column, text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text));
    moveTo(row, column);
  }

  function onKey(event: KeyboardEvent, row: number, column: number): void {
    if (event.ctrlKey || event.metaKey || event.altKey || typing.value !== null) return;
    const move = MOVES[event.key];
    const step = event.shiftKey ? FINE : NUDGE;
    const key = event.key.toLowerCase();
    if (move !== undefined && event.shiftKey && move[0] !== 0) nudge(row, column, -move[0] * FINE);
    else if (move !== undefined) moveTo(row + move[0], column + move[1]);
    else if (key === 'home') moveTo(row, 0);
    else if (key === 'end') moveTo(row, editor.classes.length - 1);
    else if (key === '+' || key === '=') nudge(row, column, step);
    else if (key === '-' || key === '_') nudge(row, column, -step);
    else if (key === 'l') editor.toggleLock(row, column);
    else if (key === 'r') resetRow(row);
    else if (key === 'enter' || key === 'f2') begin(row, column, editor.draft!.rows[row]![column]!.toFixed(4));
    else if (/^[\d.,]$/.test(key)) begin(row, column, key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function onTyped(event: KeyboardEvent, row: number, column: number): void {
    event.stopPropagation();
    if (event.key === 'Enter' || event.key === 'Tab') finish(true, row, column);
    else if (event.key === 'Escape') finish(false, row, column);
    else return;
    event.preventDefault();
  }

  function grab(event: PointerEvent, row: number, column: number): void {
    if (event.button !== 0 || typing.value !== null || editor.draft === null) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    focused.value = { row, column };
    drag.value = { row, column, y: event.clientY, from: editor.draft, value: editor.draft.rows[row]![column]! };
  }

  /** Up makes the cell greater. The draft follows the pointer; one step to undo is made when it is let go. */
  function pull(event: PointerEvent): void {
    const held = drag.value;
    if (held === null || Math.abs(event.clientY - held.y) < SLACK) return;
    const { least, most } = cellLimits(held.from.rows, held.row, held.column, editor.locks);
    const value = Math.min(most, Math.max(least, held.value + (held.y - event.clientY) * PER_PIXEL));
    if (least < most) editor.draft = setCell(held.from, held.row, held.column, value, editor.locks);
  }

  function letGo(): void {
    const held = drag.value;
    drag.value = null;
    if (held === null || editor.draft === null) return;
    const after = editor.draft;
    editor.draft = held.from;
    editor.put(after, `${nameOf(held.row, held.column)} dragged to ${after.rows[held.row]![held.column]!.toFixed(4)}`);
  }

  function copy(event: ClipboardEvent): void {
    if (editor.draft === null || typing.value !== null) return;
    event.clipboardData?.setData('text/plain', matrixText(editor.draft));
    event.preventDefault();
    toasts.show({ text: 'The whole prior is on the clipboard.' });
  }

  function paste(event: ClipboardEvent): void {
    if (typing.value !== null) return;
    event.preventDefault();
    attempt(() => {
      if (editor.draft === null) return;
      const pasted = matrixOf(event.clipboardData?.getData('text/plain') ?? '', editor.classes);
      editor.put(withRows(editor.draft, pasted.rows, editor.locks), 'pasted');
    });
  }

  return { focused, typing, drag, nameOf, begin, finish, onKey, onTyped, resetRow, grab, pull, letGo, copy, paste };
}
