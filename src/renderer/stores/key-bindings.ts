import { useLocalStorage } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed } from 'vue';
import type { Action } from '../actions/action.ts';
import { boundKeys, type ChosenKeys, withKey } from '../actions/bindings.ts';
import { isMac, keysLabel } from '../actions/keys.ts';

/** The keys that this person chose for actions, kept in this browser. */
export const useKeyBindings = defineStore('key-bindings', () => {
  const chosen = useLocalStorage<ChosenKeys>('countenance:keys', {});
  const mac = isMac();
  const changed = computed(() => Object.keys(chosen.value).length);

  const keysOf = (action: Action): readonly string[] => boundKeys(action, chosen.value);
  /** An action's first key for the eye, or undefined where it has none. */
  function labelOf(action: Action): string | undefined {
    const [first] = keysOf(action);
    return first === undefined ? undefined : keysLabel(first, mac);
  }

  function bind(action: Action, keys: string, actions: readonly Action[]): void {
    chosen.value = withKey(action, keys, actions, chosen.value);
  }

  function reset(action: Action): void {
    const { [action.id]: _gone, ...rest } = chosen.value;
    chosen.value = rest;
  }

  function resetAll(): void {
    chosen.value = {};
  }

  return { chosen, changed, keysOf, labelOf, bind, reset, resetAll };
});
