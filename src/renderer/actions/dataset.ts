import { FolderInput, Play } from '@lucide/vue';
import { useContext } from '../stores/context.ts';
import { useShell } from '../stores/shell.ts';
import type { Action } from './action.ts';

export const datasetActions: readonly Action[] = [
  {
    id: 'import',
    label: 'Import a dataset…',
    group: 'Dataset',
    keys: ['Mod+I'],
    icon: FolderInput,
    perform: ({ router }) => void router.push({ name: 'import' }),
  },
  {
    id: 'predict',
    label: 'Predict with a model…',
    group: 'Dataset',
    keys: ['Mod+Enter'],
    icon: Play,
    when: () => useContext().dataset !== null,
    perform: () => useShell().openPredict(useContext().datasetId),
  },
];
