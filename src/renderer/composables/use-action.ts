import { type ComputedRef, computed } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import type { Action } from '../actions/action.ts';
import { useKeyBindings } from '../stores/key-bindings.ts';

/** An action as a button, a menu or a row shows it now. */
export interface ShownAction {
  readonly id: string;
  readonly label: string;
  /** Its first key for the eye. */
  readonly keys: string | undefined;
  readonly applies: boolean;
  readonly icon: Action['icon'];
  readonly perform: () => void;
}

/** Reads actions of the registry as they stand on this screen: their words, their keys, and whether they apply. */
export function useActions(actions: () => readonly Action[]): ComputedRef<readonly ShownAction[]> {
  const context = { router: useRouter(), route: useRoute() };
  const bindings = useKeyBindings();
  return computed(() =>
    actions().map((action) => ({
      id: action.id,
      label: action.labelNow?.(context) ?? action.label,
      keys: bindings.labelOf(action),
      applies: action.when?.(context) ?? true,
      icon: action.icon,
      perform: () => void action.perform(context),
    })),
  );
}
