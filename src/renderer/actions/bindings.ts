import type { Action } from './action.ts';

/** The keys that a person chose, by the id of their action; an action that is not in it keeps its own. */
export type ChosenKeys = Readonly<Record<string, readonly string[]>>;

/** The keys an action listens to. */
export const boundKeys = (action: Action, chosen: ChosenKeys): readonly string[] => chosen[action.id] ?? action.keys;

/** Groups whose actions apply on one screen alone, so that each may use the keys of the others. */
const SCREENS: Readonly<Partial<Record<Action['group'], readonly string[]>>> = {
  Browse: ['browse'],
  Faces: ['browse'],
  Review: ['review'],
  Label: ['browse', 'review'],
  Analysis: ['analysis'],
};

const meet = (one: Action, other: Action): boolean => {
  const [here, there] = [SCREENS[one.group], SCREENS[other.group]];
  return here === undefined || there === undefined || here.some((screen) => there.includes(screen));
};

/**
 * The other actions that would hear the same key on a screen where `action` does, or whose sequence begins with it, or
 * that its own sequence would keep waiting. They stand in the order of the registry.
 */
export function keyClashes(
  action: Action,
  keys: string,
  actions: readonly Action[],
  chosen: ChosenKeys,
): readonly Action[] {
  const same = (each: string): boolean => each === keys || each.startsWith(`${keys} `) || keys.startsWith(`${each} `);
  return actions.filter(
    (other) => other.id !== action.id && meet(action, other) && boundKeys(other, chosen).some(same),
  );
}

/** Gives an action one key in place of all it had, and takes that key from those that listened to it. */
export function withKey(action: Action, keys: string, actions: readonly Action[], chosen: ChosenKeys): ChosenKeys {
  const losers = keyClashes(action, keys, actions, chosen).map((other): [string, readonly string[]] => [
    other.id,
    boundKeys(other, chosen).filter((each) => each !== keys),
  ]);
  return { ...chosen, ...Object.fromEntries(losers), [action.id]: [keys] };
}
