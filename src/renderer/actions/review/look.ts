import { Contrast, ImageOff, Scan, Sun, SunDim } from '@lucide/vue';
import { useReviewLook } from '../../stores/review-look.ts';
import type { Action } from '../action.ts';
import { hasFace } from './applies.ts';

const look = (action: Pick<Action, 'id' | 'label' | 'keys' | 'icon' | 'perform'>): Action => ({
  ...action,
  group: 'Review',
  when: hasFace,
});

/** Size, brightness and contrast of the face shown; the image itself stays as it is. */
export const lookActions: readonly Action[] = [
  look({ id: 'brighter', label: 'Brighter', keys: ['B'], icon: Sun, perform: () => useReviewLook().brighten(1) }),
  look({ id: 'darker', label: 'Darker', keys: ['Shift+B'], icon: SunDim, perform: () => useReviewLook().brighten(-1) }),
  look({
    id: 'more-contrast',
    label: 'More contrast',
    keys: ['C'],
    icon: Contrast,
    perform: () => useReviewLook().sharpen(1),
  }),
  look({
    id: 'less-contrast',
    label: 'Less contrast',
    keys: ['Shift+C'],
    icon: Contrast,
    perform: () => useReviewLook().sharpen(-1),
  }),
  look({
    id: 'plain-look',
    label: 'Brightness and contrast as they are',
    keys: ['X'],
    icon: ImageOff,
    perform: () => useReviewLook().plain(),
  }),
  look({
    id: 'original-size',
    label: 'Original size, or large',
    keys: ['O'],
    icon: Scan,
    perform: () => {
      const shown = useReviewLook();
      shown.original = !shown.original;
    },
  }),
];
