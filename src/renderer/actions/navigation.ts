import {
  Boxes,
  ChartNoAxesCombined,
  GraduationCap,
  Grid3x3,
  Images,
  Layers,
  ListChecks,
  Settings,
  TableProperties,
  Tags,
} from '@lucide/vue';
import type { Action } from './action.ts';

const go = (name: string, label: string, key: string, icon: Action['icon']): Action => ({
  id: `go-${name}`,
  label,
  group: 'Go to',
  keys: [`G ${key}`],
  icon,
  perform: ({ router }) => void router.push({ name }),
});

/** The screens of the left rail, in its order. */
export const navigationActions: readonly Action[] = [
  go('library', 'Library', 'L', Images),
  go('browse', 'Browse', 'B', Grid3x3),
  go('review', 'Review', 'R', Tags),
  go('labels', 'Labels', 'V', Layers),
  go('analysis', 'Analysis', 'A', ChartNoAxesCombined),
  go('models', 'Models', 'M', Boxes),
  go('priors', 'Priors', 'P', TableProperties),
  go('train', 'Train', 'T', GraduationCap),
  go('jobs', 'Jobs', 'J', ListChecks),
  go('settings', 'Settings', 'S', Settings),
];
