import { Minus } from '@lucide/vue';
import { useReview } from '../../stores/review.ts';
import { useReviewLook } from '../../stores/review-look.ts';
import type { Action } from '../action.ts';
import { hasFace } from './applies.ts';

export const takeVoteAction: Action = {
  id: 'take-vote',
  label: 'Take a vote',
  group: 'Review',
  keys: ['-'],
  icon: Minus,
  undo: 'inverse-event',
  when: hasFace,
  perform: () => useReview().vote(useReviewLook().focusedClass, -1),
};
