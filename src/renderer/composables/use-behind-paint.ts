import { onScopeDispose, type Ref, shallowRef, watch } from 'vue';
import { afterPaint } from '../after-paint.ts';

/**
 * A value that follows another one frame behind: what it shows is drawn once the change that matters most is on the
 * screen. Of changes that come faster than frames only the last is followed.
 */
export function useBehindPaint<T>(source: () => T): Readonly<Ref<T>> {
  const behind = shallowRef(source()) as Ref<T>;
  let waiting = false;
  let left = false;
  watch(source, () => {
    if (waiting) return;
    waiting = true;
    afterPaint(() => {
      waiting = false;
      if (!left) behind.value = source();
    });
  });
  onScopeDispose(() => {
    left = true;
  });
  return behind;
}
