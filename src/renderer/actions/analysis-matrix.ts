import { Percent } from '@lucide/vue';
import { nextMatrixMode } from '../panels/confusion/mode.ts';
import type { Action } from './action.ts';

export const analysisActions: readonly Action[] = [
  {
    id: 'matrix-mode',
    label: 'Matrix: counts, row %, column %',
    group: 'Analysis',
    keys: ['%'],
    icon: Percent,
    when: ({ route }) => route.name === 'analysis',
    perform: nextMatrixMode,
  },
];
