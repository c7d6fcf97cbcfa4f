import { useReview } from '../../stores/review.ts';
import { useReviewQueue } from '../../stores/review-queue.ts';
import type { ActionContext } from '../action.ts';

/** Whether a face is under review, so that a choice about it can be made. */
export const hasFace = ({ route }: ActionContext): boolean => route.name === 'review' && useReview().canAct;

/** Whether a queue is open, finished or not. */
export const hasQueue = ({ route }: ActionContext): boolean =>
  route.name === 'review' && useReviewQueue().queue !== null;
