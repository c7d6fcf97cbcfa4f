import { CircleQuestionMark } from '@lucide/vue';
import { setNonEmotion } from './set-non-emotion.ts';

export const unknownAction = setNonEmotion({
  id: 'label-unknown',
  label: 'Unknown',
  keys: ['U'],
  className: 'unknown',
  icon: CircleQuestionMark,
});
