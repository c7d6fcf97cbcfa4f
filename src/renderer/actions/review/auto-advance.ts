import { ChevronsRight } from '@lucide/vue';
import { useReviewLook } from '../../stores/review-look.ts';
import type { Action } from '../action.ts';
import { hasQueue } from './applies.ts';

export const autoAdvanceAction: Action = {
  id: 'auto-advance',
  label: 'Go on by itself after a label, or stay',
  group: 'Review',
  keys: ['Shift+A'],
  icon: ChevronsRight,
  when: hasQueue,
  perform: () => {
    const look = useReviewLook();
    look.autoAdvance = !look.autoAdvance;
  },
};
