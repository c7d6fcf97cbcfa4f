import { ArrowRight } from '@lucide/vue';
import { useReviewQueue } from '../../stores/review-queue.ts';
import type { Action } from '../action.ts';
import { hasQueue } from './applies.ts';

export const nextAction: Action = {
  id: 'review-next',
  label: 'Next face of the queue',
  group: 'Review',
  keys: ['ArrowRight'],
  icon: ArrowRight,
  inPalette: false,
  when: hasQueue,
  perform: () => {
    const queue = useReviewQueue();
    queue.goTo(queue.position + 1);
  },
};
