import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { LabelChange } from '../../shared/contract/labels.ts';
import type { SampleTile } from '../../shared/entities.ts';
import { counted } from '../format.ts';
import { useContext } from './context.ts';
import { useFaceLabels } from './face-labels.ts';
import { useLabelling } from './labelling.ts';
import { useToasts } from './toasts.ts';
import { useFaces } from './view-faces.ts';
import { useSelection } from './view-selection.ts';

export const MOST_LABELS = 10_000;
const TOPIC = 'label';

/** Labels given to the faces selected in Browse, all in one action, or to the face the cursor is on. */
export const useGridLabels = defineStore('grid-labels', () => {
  const context = useContext();
  const faces = useFaces();
  const faceLabels = useFaceLabels();
  const labelling = useLabelling();
  const selection = useSelection();
  const toasts = useToasts();
  const busy = ref(false);

  const count = computed(() => (selection.count > 0 ? selection.count : selection.cursor === null ? 0 : 1));
  const hasFaces = computed(() => count.value > 0);

  async function chosen(): Promise<readonly SampleTile[]> {
    if (selection.count > 0) return selection.tiles();
    const tile = selection.cursor === null ? undefined : faces.at(selection.cursor);
    return tile === undefined ? [] : [tile];
  }

  async function label(choose: (tile: SampleTile) => number | null): Promise<void> {
    if (busy.value) return;
    if (count.value > MOST_LABELS) {
      toasts.show({ text: `At most ${counted(MOST_LABELS, 'face')} at a time; nothing was changed.`, tone: 'danger' });
      return;
    }
    busy.value = true;
    try {
      const tiles = await chosen();
      const known = new Map(tiles.map(({ id }) => [id, faceLabels.of(id)]));
      const unknown = tiles.filter(({ id }) => known.get(id) === undefined).map(({ id }) => id);
      for (const face of await faceLabels.fresh(unknown)) known.set(face.sampleId, face);
      const changes = tiles.flatMap((tile): LabelChange[] => {
        const value = choose(tile);
        const revision = known.get(tile.id)?.revision ?? 0;
        return value === null ? [] : [{ sampleId: tile.id, revision, field: 'label', value }];
      });
      if (changes.length === 0) {
        toasts.show({ text: 'There is no such label for these faces; nothing was changed.', topic: TOPIC });
        return;
      }
      await labelling.apply({ changes, queueId: null, runId: context.runId });
      say(tiles, changes);
    } catch (error) {
      toasts.showError(error);
    } finally {
      busy.value = false;
    }
  }

  function say(tiles: readonly SampleTile[], changes: readonly LabelChange[]): void {
    const values = new Set(changes.map(({ value }) => value));
    const [only] = values;
    const name = values.size === 1 && typeof only === 'number' ? context.classNames[only] : `${values.size} classes`;
    const who = tiles.length === 1 ? tiles[0]!.key : counted(changes.length, 'face');
    const action = { label: 'Undo', perform: () => void undo() };
    toasts.show({ text: `${who}: ${name}`, action, topic: TOPIC });
  }

  async function turn(kind: 'undo' | 'redo'): Promise<void> {
    const outcome = await labelling.said(() => labelling[kind]());
    if (outcome === null) return;
    const word = kind === 'undo' ? 'Undone' : 'Done again';
    toasts.show({ text: `${word}: ${counted(outcome.faces.length, 'face')}`, topic: TOPIC });
  }
  const undo = (): Promise<void> => turn('undo');
  const redo = (): Promise<void> => turn('redo');

  return { busy, count, hasFaces, label, undo, redo };
});
