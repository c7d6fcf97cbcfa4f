import { ScanFace } from '@lucide/vue';
import type { Action } from '../action.ts';
import { subjectOf } from './subject.ts';

export const acceptModelAction: Action = {
  id: 'accept-model',
  label: 'Accept the model',
  group: 'Label',
  keys: ['M'],
  icon: ScanFace,
  undo: 'inverse-event',
  when: (context) => subjectOf(context) !== null,
  perform: (context) => subjectOf(context)?.label(({ predicted }) => predicted),
};
