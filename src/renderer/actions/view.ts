import { Command, Keyboard, ListChecks, PanelRight, ScanFace, SunMoon } from '@lucide/vue';
import { useSettings } from '../stores/settings.ts';
import { useShell } from '../stores/shell.ts';
import type { Action } from './action.ts';

export const viewActions: readonly Action[] = [
  {
    id: 'palette',
    label: 'Command palette',
    group: 'Help',
    keys: ['Mod+K'],
    icon: Command,
    inPalette: false,
    perform: () => {
      useShell().paletteOpen = true;
    },
  },
  {
    id: 'keyboard-help',
    label: 'Keyboard help',
    group: 'Help',
    keys: ['?'],
    icon: Keyboard,
    perform: () => {
      useShell().helpOpen = true;
    },
  },
  {
    id: 'toggle-inspector',
    label: 'Show or hide the inspector',
    group: 'View',
    keys: ['I'],
    icon: PanelRight,
    when: () => useShell().inspectorUsers > 0,
    perform: () => {
      const shell = useShell();
      shell.inspectorOpen = !shell.inspectorOpen;
    },
  },
  {
    id: 'toggle-tray',
    label: 'Show or hide the job tray',
    group: 'View',
    keys: ['J'],
    icon: ListChecks,
    perform: () => {
      const shell = useShell();
      shell.trayOpen = !shell.trayOpen;
    },
  },
  {
    id: 'toggle-theme',
    label: 'Switch between light and dark',
    group: 'View',
    keys: ['Shift+T'],
    icon: SunMoon,
    perform: () => {
      const settings = useSettings();
      settings.theme = settings.shownTheme === 'dark' ? 'light' : 'dark';
    },
  },
  {
    id: 'toggle-faces',
    label: 'Switch between pixelated and smooth faces',
    group: 'View',
    keys: ['Shift+P'],
    icon: ScanFace,
    perform: () => {
      const settings = useSettings();
      settings.faces = settings.faces === 'pixelated' ? 'smooth' : 'pixelated';
    },
  },
];
