import { Plus } from '@lucide/vue';
import { useReview } from '../../stores/review.ts';
import { useReviewLook } from '../../stores/review-look.ts';
import type { Action } from '../action.ts';
import { hasFace } from './applies.ts';

export const addVoteAction: Action = {
  id: 'add-vote',
  label: 'Add a vote',
  group: 'Review',
  keys: ['+', '='],
  icon: Plus,
  undo: 'inverse-event',
  when: hasFace,
  perform: () => useReview().vote(useReviewLook().focusedClass, 1),
};
