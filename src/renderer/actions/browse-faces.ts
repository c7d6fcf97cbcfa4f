import {
  ArrowLeft,
  ArrowRight,
  FilterX,
  Hash,
  ListChecks,
  ListFilter,
  PanelRightOpen,
  Search,
  ZoomIn,
  ZoomOut,
} from '@lucide/vue';
import { queueOfView } from '../components/queues/queue-of-view.ts';
import { useContext } from '../stores/context.ts';
import { useShell } from '../stores/shell.ts';
import { TILE_SIZES } from '../stores/view-codec.ts';
import { useFaces } from '../stores/view-faces.ts';
import { useViewFrame } from '../stores/view-frame.ts';
import { useSelection } from '../stores/view-selection.ts';
import { useView } from '../stores/view-state.ts';
import type { Action, ActionContext } from './action.ts';

const inBrowse = ({ route }: ActionContext): boolean => route.name === 'browse';
const withFaces = (context: ActionContext): boolean => inBrowse(context) && (useFaces().total ?? 0) > 0;
const inField = (): boolean => document.activeElement?.matches('input, textarea') ?? false;

function resize(by: number): void {
  const view = useView();
  view.tile = TILE_SIZES[TILE_SIZES.indexOf(view.tile) + by] ?? view.tile;
}

function step(by: number): void {
  const selection = useSelection();
  const last = (useFaces().total ?? 0) - 1;
  selection.moveTo(selection.cursor === null ? 0 : Math.min(Math.max(selection.cursor + by, 0), last));
}

/** What the keyboard does in Browse besides the arrows, Home, End and the page keys inside the grid itself. */
export const browseActions: readonly Action[] = [
  {
    id: 'previous-face',
    label: 'Previous face',
    group: 'Faces',
    keys: ['ArrowLeft', '['],
    icon: ArrowLeft,
    inPalette: false,
    when: withFaces,
    perform: () => step(-1),
  },
  {
    id: 'next-face',
    label: 'Next face',
    group: 'Faces',
    keys: ['ArrowRight', ']'],
    icon: ArrowRight,
    inPalette: false,
    when: withFaces,
    perform: () => step(1),
  },
  {
    id: 'open-face',
    label: 'Open the inspector',
    group: 'Faces',
    keys: ['Enter'],
    icon: PanelRightOpen,
    when: (context) => withFaces(context) && useSelection().cursor !== null,
    perform: () => {
      useShell().inspectorOpen = true;
    },
  },
  {
    id: 'toggle-face',
    label: 'Select the face or not',
    group: 'Faces',
    keys: ['Space'],
    inPalette: false,
    when: (context) => withFaces(context) && useSelection().cursor !== null,
    perform: () => {
      const selection = useSelection();
      if (selection.cursor !== null) selection.toggle(selection.cursor);
    },
  },
  {
    id: 'select-all-faces',
    label: 'Select all faces shown',
    group: 'Faces',
    keys: ['Mod+A'],
    when: (context) => withFaces(context) && !inField(),
    perform: () => useSelection().selectAll(),
  },
  {
    id: 'clear-selection',
    label: 'Clear the selection',
    group: 'Faces',
    keys: ['Escape'],
    when: (context) => withFaces(context) && useSelection().count > 0,
    perform: () => useSelection().clear(),
  },
  {
    id: 'go-to-face',
    label: 'Go to a face by number…',
    group: 'Browse',
    keys: ['G F', 'Mod+G'],
    icon: Hash,
    when: withFaces,
    perform: () => useViewFrame().ask('place'),
  },
  {
    id: 'toggle-filters',
    label: 'Show or hide the filters',
    group: 'Browse',
    keys: ['F'],
    icon: ListFilter,
    when: inBrowse,
    perform: () => {
      const frame = useViewFrame();
      frame.filtersOpen = !frame.filtersOpen;
    },
  },
  {
    id: 'find-key',
    label: 'Filter by key…',
    group: 'Browse',
    keys: ['/'],
    icon: Search,
    when: inBrowse,
    perform: () => useViewFrame().ask('text'),
  },
  {
    id: 'only-wrong',
    label: 'Only faces where model and crowd disagree, or all',
    group: 'Browse',
    keys: ['W'],
    when: (context) => inBrowse(context) && useContext().runId !== null,
    perform: () => {
      const view = useView();
      view.narrow('agreement', view.filter.agreement?.join() === 'wrong' ? undefined : ['wrong']);
    },
  },
  {
    id: 'clear-filters',
    label: 'Clear all filters',
    group: 'Browse',
    keys: ['Shift+F'],
    icon: FilterX,
    when: (context) => inBrowse(context) && useView().isFiltered,
    perform: () => useView().clearFilter(),
  },
  {
    id: 'make-queue',
    label: 'Make a review queue of these faces…',
    group: 'Browse',
    keys: ['Shift+Q'],
    icon: ListChecks,
    when: withFaces,
    perform: () => queueOfView(),
  },
  {
    id: 'larger-faces',
    label: 'Larger faces',
    group: 'Browse',
    keys: ['Mod+=', 'Mod++'],
    icon: ZoomIn,
    when: inBrowse,
    perform: () => resize(1),
  },
  {
    id: 'smaller-faces',
    label: 'Smaller faces',
    group: 'Browse',
    keys: ['Mod+-'],
    icon: ZoomOut,
    when: inBrowse,
    perform: () => resize(-1),
  },
];
