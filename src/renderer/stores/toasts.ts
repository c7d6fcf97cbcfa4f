import { defineStore } from 'pinia';
import { ref } from 'vue';
import { toRecord } from '../errors.ts';

export interface ToastAction {
  readonly label: string;
  readonly perform: () => void;
  /** False where it takes nothing back, so that the Undo key leaves it alone. */
  readonly undoes?: boolean;
}

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'neutral' | 'danger';
  readonly action: ToastAction | null;
  /** A notice of the same topic takes the place of the one before. */
  readonly topic: string | null;
}

const SHOWN_FOR = 6000;
const SHOWN_FOR_WITH_ACTION = 12_000;
const MOST = 4;

/** Whether the Undo key performs what a notice offers. */
export const isUndo = ({ action }: Toast): boolean => action !== null && action.undoes !== false;

/** Short notices at the bottom of the window; one with an action stays longer. */
export const useToasts = defineStore('toasts', () => {
  const toasts = ref<readonly Toast[]>([]);
  let last = 0;

  function dismiss(id: number): void {
    toasts.value = toasts.value.filter((toast) => toast.id !== id);
  }

  function show(toast: { text: string; tone?: Toast['tone']; action?: ToastAction; topic?: string }): void {
    last += 1;
    const id = last;
    const { text, tone = 'neutral', action = null, topic = null } = toast;
    const others = toasts.value.filter((other) => topic === null || other.topic !== topic);
    toasts.value = [...others, { id, text, tone, action, topic }].slice(-MOST);
    setTimeout(() => dismiss(id), toast.action === undefined ? SHOWN_FOR : SHOWN_FOR_WITH_ACTION);
  }

  /** Says in one line what a failed call answered, with its remedy where it has one. */
  function showError(error: unknown): void {
    const { message, detail } = toRecord(error);
    show({ text: detail.remedy === undefined ? message : `${message} ${detail.remedy}`, tone: 'danger' });
  }

  /** The newest toast's action, as the Undo key performs it; false where there is none. */
  function performLatest(): boolean {
    const toast = toasts.value.findLast(isUndo);
    if (toast === undefined) return false;
    toast.action?.perform();
    dismiss(toast.id);
    return true;
  }

  return { toasts, show, showError, dismiss, performLatest };
});
