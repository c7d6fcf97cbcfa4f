import { Redo2 } from '@lucide/vue';
import { useGridLabels } from '../../stores/grid-labels.ts';
import { useReview } from '../../stores/review.ts';
import type { Action } from '../action.ts';

export const redoAction: Action = {
  id: 'redo',
  label: 'Redo',
  group: 'Label',
  keys: ['Shift+Z', 'Mod+Shift+Z'],
  icon: Redo2,
  when: ({ route }) => route.name === 'browse' || route.name === 'review',
  perform: ({ route }) => (route.name === 'review' ? useReview().redo() : useGridLabels().redo()),
};
