import { useEventListener } from '@vueuse/core';
import { useRoute, useRouter } from 'vue-router';
import { createDispatcher } from '../actions/dispatcher.ts';
import { actions } from '../actions/index.ts';
import { isMac } from '../actions/keys.ts';
import { useKeyBindings } from '../stores/key-bindings.ts';

const FIELDS = 'input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable=true]';
const OWN_KEYS = '[role=listbox], [role=menu], [role=slider], [role=tablist]';

/** Listens on the window and performs the actions of the registry; call once, in the app's root. */
export function useKeyboard(): void {
  const router = useRouter();
  const route = useRoute();
  const bindings = useKeyBindings();
  const dispatch = createDispatcher({
    actions,
    keysOf: bindings.keysOf,
    context: () => ({ router, route }),
    mac: isMac(),
    now: () => performance.now(),
  });
  useEventListener(window, 'keydown', (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const target = event.target instanceof Element ? event.target : null;
    const pressing = (event.key === 'Enter' || event.key === ' ') && target?.closest('button, a, summary') != null;
    if (pressing && !event.ctrlKey && !event.metaKey) return;
    const performed = dispatch(event, {
      typing: target?.closest(`${FIELDS}, ${OWN_KEYS}`) != null,
      modal: document.querySelector('[role=dialog][data-state=open]') !== null,
    });
    if (performed !== null) event.preventDefault();
  });
}
