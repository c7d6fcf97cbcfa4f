import type { Component } from 'vue';
import type { RouteLocationNormalizedLoaded, Router } from 'vue-router';

/** What an action may look at and steer; stores are reached by their own `use…` functions. */
export interface ActionContext {
  readonly router: Router;
  readonly route: RouteLocationNormalizedLoaded;
}

export const ACTION_GROUPS = ['Go to', 'Dataset', 'Browse', 'Faces', 'Analysis', 'Models', 'View', 'Help'] as const;
export type ActionGroup = (typeof ACTION_GROUPS)[number];

/**
 * A keyboard action is data: the dispatcher, the palette and the help sheet all read it.
 * `keys` are alternatives such as `Mod+K`, `?`, `ArrowLeft`, or a sequence `G B`; Mod is ⌘ on a Mac, Ctrl elsewhere.
 */
export interface Action {
  readonly id: string;
  readonly label: string;
  readonly group: ActionGroup;
  readonly keys: readonly string[];
  readonly icon?: Component;
  /** Whether it applies now; an action that does not is neither offered nor triggered. */
  readonly when?: (context: ActionContext) => boolean;
  /** False keeps it out of the palette (movement keys), it stays in the help. */
  readonly inPalette?: boolean;
  readonly perform: (context: ActionContext) => void | Promise<void>;
}
