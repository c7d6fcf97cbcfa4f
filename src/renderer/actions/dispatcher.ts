import type { Action, ActionContext } from './action.ts';
import { type KeyPress, pressName } from './keys.ts';

const SEQUENCE_WITHIN = 1200;

export interface DispatcherOptions {
  readonly actions: readonly Action[];
  /** The keys an action listens to now, where a person has chosen others than its own. */
  readonly keysOf?: (action: Action) => readonly string[];
  readonly context: () => ActionContext;
  readonly mac: boolean;
  /** Milliseconds on any steady clock; two presses of a sequence must lie within 1.2 s. */
  readonly now: () => number;
}

/** Where the press happened, as far as it decides whether letters belong to the page or to a field. */
export interface PressPlace {
  readonly typing: boolean;
  readonly modal: boolean;
}

/**
 * Makes the function that turns key presses into actions; it answers the action it performed, or null.
 * While a person types in a field only combinations with Mod count; while a dialog is open nothing does.
 */
export function createDispatcher(options: DispatcherOptions): (press: KeyPress, place: PressPlace) => Action | null {
  let first: { name: string; at: number } | null = null;
  const keysOf = options.keysOf ?? (({ keys }: Action) => keys);

  const find = (keys: string): Action | undefined =>
    options.actions.find((action) => keysOf(action).includes(keys) && (action.when?.(options.context()) ?? true));
  const startsSequence = (name: string): boolean =>
    options.actions.some((action) => keysOf(action).some((each) => each.startsWith(`${name} `)));

  return (press, place) => {
    if (['Control', 'Meta', 'Alt', 'Shift'].includes(press.key) || place.modal) return null;
    const name = pressName(press, options.mac);
    if (place.typing && !name.startsWith('Mod+')) return null;
    const pending = first !== null && options.now() - first.at <= SEQUENCE_WITHIN ? first.name : null;
    first = null;
    const action = (pending === null ? undefined : find(`${pending} ${name}`)) ?? find(name);
    if (action !== undefined) {
      void action.perform(options.context());
      return action;
    }
    if (startsSequence(name)) first = { name, at: options.now() };
    return null;
  };
}
