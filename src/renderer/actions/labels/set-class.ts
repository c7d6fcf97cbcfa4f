import { Tag } from '@lucide/vue';
import type { Action } from '../action.ts';
import { subjectOf } from './subject.ts';

/** How many emotions have a digit of their own; the FERPlus eight are the first of them. */
export const DIGITS = 9;

/** The class that the n-th digit means, from 1: the dataset's emotions in its order. */
export const classOfDigit = (classes: readonly { readonly emotion: boolean }[], digit: number): number | null =>
  classes.flatMap(({ emotion }, index) => (emotion ? [index] : []))[digit - 1] ?? null;

/** One action a digit: gives the faces the class that stands at it. */
export const setClassActions: readonly Action[] = Array.from({ length: DIGITS }, (_, index): Action => {
  const digit = index + 1;
  const meant = (context: Parameters<Action['perform']>[0]) => {
    const subject = subjectOf(context);
    const label = subject === null ? null : classOfDigit(subject.dataset.classes, digit);
    return subject === null || label === null ? null : { subject, label };
  };
  return {
    id: `label-${digit}`,
    label: `Label: class ${digit}`,
    labelNow: (context) => {
      const found = meant(context);
      return found === null ? null : `Label: ${found.subject.dataset.classes[found.label]!.name}`;
    },
    group: 'Label',
    keys: [String(digit)],
    icon: Tag,
    undo: 'inverse-event',
    when: (context) => meant(context) !== null,
    perform: (context) => {
      const found = meant(context);
      found?.subject.label(() => found.label);
    },
  };
});
