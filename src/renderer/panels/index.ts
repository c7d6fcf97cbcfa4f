import ConfusionPanel from './confusion-panel.vue';
import type { Panel } from './panel.ts';

/** Every panel of the Analysis screen, in the order of its tabs. */
export const PANELS = [
  { name: 'confusion', label: 'Confusion', component: ConfusionPanel },
] as const satisfies readonly Panel[];

export type PanelName = (typeof PANELS)[number]['name'];
