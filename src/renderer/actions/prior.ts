import { Plus, Redo2, Save, Undo2 } from '@lucide/vue';
import { usePriorEditor } from '../stores/prior-editor.ts';
import type { Action, ActionContext } from './action.ts';

const here = ({ route }: ActionContext): boolean => route.name === 'priors';

/** What the keyboard does on the Priors screen besides the cells of the grid itself. */
export const priorActions: readonly Action[] = [
  {
    id: 'undo-prior',
    label: 'Undo the edit of the prior',
    group: 'Priors',
    keys: ['Mod+Z'],
    icon: Undo2,
    when: (context) => here(context) && usePriorEditor().canUndo,
    perform: () => void usePriorEditor().undo(),
  },
  {
    id: 'redo-prior',
    label: 'Redo the edit of the prior',
    group: 'Priors',
    keys: ['Mod+Shift+Z', 'Mod+Y'],
    icon: Redo2,
    when: (context) => here(context) && usePriorEditor().canRedo,
    perform: () => void usePriorEditor().redo(),
  },
  {
    id: 'save-prior',
    label: 'Save the prior…',
    group: 'Priors',
    keys: ['Mod+S'],
    icon: Save,
    when: (context) => here(context) && usePriorEditor().dirty,
    perform: ({ router, route }) => void router.replace({ query: { ...route.query, save: '' } }),
  },
  {
    id: 'new-prior',
    label: 'New prior…',
    group: 'Priors',
    keys: ['Shift+P'],
    icon: Plus,
    perform: ({ router }) => void router.push({ name: 'priors', query: { new: '' } }),
  },
];
