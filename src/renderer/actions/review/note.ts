import { StickyNote } from '@lucide/vue';
import { useReviewLook } from '../../stores/review-look.ts';
import type { Action } from '../action.ts';
import { hasFace } from './applies.ts';

export const noteAction: Action = {
  id: 'note',
  label: 'Write a note',
  group: 'Review',
  keys: ['N'],
  icon: StickyNote,
  undo: 'inverse-event',
  when: hasFace,
  perform: () => {
    useReviewLook().noting = true;
  },
};
