import { ArrowDown, ArrowUp } from '@lucide/vue';
import { useReview } from '../../stores/review.ts';
import { useReviewLook } from '../../stores/review-look.ts';
import type { Action } from '../action.ts';
import { hasFace } from './applies.ts';

function step(by: number): void {
  const look = useReviewLook();
  const classes = useReview().classNames.length;
  look.focusedClass = (look.focusedClass + by + classes) % classes;
}

/** Which class + and - mean. */
export const focusClassActions: readonly Action[] = [
  {
    id: 'class-above',
    label: 'Class above, for votes',
    group: 'Review',
    keys: ['ArrowUp'],
    icon: ArrowUp,
    inPalette: false,
    when: hasFace,
    perform: () => step(-1),
  },
  {
    id: 'class-below',
    label: 'Class below, for votes',
    group: 'Review',
    keys: ['ArrowDown'],
    icon: ArrowDown,
    inPalette: false,
    when: hasFace,
    perform: () => step(1),
  },
];
