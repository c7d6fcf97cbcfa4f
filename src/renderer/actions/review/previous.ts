import { ArrowLeft } from '@lucide/vue';
import { useReviewQueue } from '../../stores/review-queue.ts';
import type { Action } from '../action.ts';
import { hasQueue } from './applies.ts';

export const previousAction: Action = {
  id: 'review-previous',
  label: 'Previous face of the queue',
  group: 'Review',
  keys: ['ArrowLeft'],
  icon: ArrowLeft,
  inPalette: false,
  when: hasQueue,
  perform: () => {
    const queue = useReviewQueue();
    queue.goTo(queue.finished ? queue.position : queue.position - 1);
  },
};
