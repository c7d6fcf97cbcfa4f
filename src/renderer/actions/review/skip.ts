import { SkipForward } from '@lucide/vue';
import { useReview } from '../../stores/review.ts';
import type { Action } from '../action.ts';
import { hasFace } from './applies.ts';

export const skipAction: Action = {
  id: 'skip',
  label: 'Skip for now',
  group: 'Review',
  keys: ['S'],
  icon: SkipForward,
  undo: 'put-back',
  when: hasFace,
  perform: () => useReview().skip(),
};
