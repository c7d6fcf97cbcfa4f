import type { Component } from 'vue';
import { canonicalClassName } from '../../../shared/class-sets.ts';
import type { Action, ActionContext } from '../action.ts';
import { type Subject, subjectOf } from './subject.ts';

/** The subject with the place of a class in its dataset, found by the class's name; null where it has none. */
function found(context: ActionContext, name: string): { readonly subject: Subject; readonly label: number } | null {
  const subject = subjectOf(context);
  if (subject === null) return null;
  const label = subject.dataset.classes.findIndex((each) => (canonicalClassName(each.name) ?? each.name) === name);
  return label === -1 ? null : { subject, label };
}

/** An action that gives the faces a class that is no emotion, where the dataset has it. */
export const setNonEmotion = (
  action: Pick<Action, 'id' | 'label' | 'keys'> & { readonly className: string; readonly icon: Component },
): Action => ({
  id: action.id,
  label: action.label,
  group: 'Label',
  keys: action.keys,
  icon: action.icon,
  undo: 'inverse-event',
  when: (context) => found(context, action.className) !== null,
  perform: (context) => {
    const meant = found(context, action.className);
    meant?.subject.label(() => meant.label);
  },
});
