import { Users } from '@lucide/vue';
import type { Action } from '../action.ts';
import { subjectOf } from './subject.ts';

export const acceptCrowdAction: Action = {
  id: 'accept-crowd',
  label: 'Accept the crowd',
  group: 'Label',
  keys: ['A'],
  icon: Users,
  undo: 'inverse-event',
  when: (context) => subjectOf(context) !== null,
  perform: (context) => subjectOf(context)?.label(({ label }) => label),
};
