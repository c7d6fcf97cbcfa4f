import type { Component } from 'vue';
import type { RouteLocationNormalizedLoaded, Router } from 'vue-router';

/** What an action may look at and steer; stores are reached by their own `use…` functions. */
export interface ActionContext {
  readonly router: Router;
  readonly route: RouteLocationNormalizedLoaded;
}

export const ACTION_GROUPS = [
  'Go to',
  'Label',
  'Review',
  'Dataset',
  'Browse',
  'Faces',
  'Analysis',
  'Models',
  'Priors',
  'View',
  'Help',
] as const;
export type ActionGroup = (typeof ACTION_GROUPS)[number];

/**
 * How an action is taken back: a label by the inverse event, which is appended to the log; a place in a queue by
 * putting it back. An action without a policy changes nothing that is kept.
 */
export type UndoPolicy = 'inverse-event' | 'put-back';

/**
 * A keyboard action is data: the dispatcher, the palette and the help sheet all read it.
 * `keys` are alternatives such as `Mod+K`, `?`, `ArrowLeft`, or a sequence `G B`; Mod is ⌘ on a Mac, Ctrl elsewhere.
 */
export interface Action {
  readonly id: string;
  readonly label: string;
  /** The label where the screen gives it a closer meaning, such as a class by its name; null where it does not. */
  readonly labelNow?: (context: ActionContext) => string | null;
  readonly group: ActionGroup;
  readonly keys: readonly string[];
  readonly icon?: Component;
  /** Whether it applies now; an action that does not is neither offered nor triggered. */
  readonly when?: (context: ActionContext) => boolean;
  /** False keeps it out of the palette (movement keys), it stays in the help. */
  readonly inPalette?: boolean;
  /** Present where the Undo key takes the action back; the help says so. */
  readonly undo?: UndoPolicy;
  readonly perform: (context: ActionContext) => void | Promise<void>;
}
