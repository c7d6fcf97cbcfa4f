import { UserX } from '@lucide/vue';
import { setNonEmotion } from './set-non-emotion.ts';

/** In Browse F opens the filters, so that 0 is the key there. */
export const notAFaceAction = setNonEmotion({
  id: 'label-not-a-face',
  label: 'Not a face',
  keys: ['F', '0'],
  className: 'NF',
  icon: UserX,
});
