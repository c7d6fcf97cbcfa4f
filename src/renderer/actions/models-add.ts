import { PackagePlus } from '@lucide/vue';
import type { Action } from './action.ts';

export const modelActions: readonly Action[] = [
  {
    id: 'add-model',
    label: 'Add a model…',
    group: 'Models',
    keys: ['Shift+M'],
    icon: PackagePlus,
    perform: ({ router }) => void router.push({ name: 'models', query: { add: '' } }),
  },
];
