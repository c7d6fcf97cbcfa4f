import type { SampleFilter } from '../../../shared/entities.ts';
import { counted } from '../../format.ts';
import { useContext } from '../../stores/context.ts';
import { useQueueDraft } from '../../stores/queue-draft.ts';
import { useFaces } from '../../stores/view-faces.ts';
import { useSelection } from '../../stores/view-selection.ts';
import { useView } from '../../stores/view-state.ts';

export const MOST_CHOSEN = 100_000;

/** Opens the dialog for a queue of the faces that Browse selects, in its order, or else of all that it shows. */
export function queueOfView(): void {
  const { query } = useFaces();
  const selection = useSelection();
  if (query === null) return;
  const all = selection.count === 0 || selection.count === useFaces().total;
  const faces = counted((all ? useFaces().total : selection.count) ?? 0, 'face');
  useQueueDraft().open({
    faces: all ? `${faces} that pass Browse’s filters` : `${faces} selected in Browse`,
    name: all ? nameOfView() : `${faces} of ${useContext().dataset?.name ?? ''}`,
    datasetId: query.datasetId,
    runId: query.runId,
    order: all ? 'most-ambiguous' : 'as-listed',
    filter: async (): Promise<SampleFilter> =>
      all ? query.filter : { ids: (await selection.tiles()).map(({ id }) => id) },
  });
}

function nameOfView(): string {
  const { dataset } = useContext();
  const { filter } = useView();
  const splits = filter.splits?.join(' and ');
  const narrowed = Object.keys(filter).some((field) => field !== 'splits');
  return [narrowed ? 'Filtered faces of' : 'Faces of', dataset?.name, splits].filter(Boolean).join(' ');
}
