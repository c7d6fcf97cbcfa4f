import type { Dataset, SampleTile } from '../../../shared/entities.ts';
import { useContext } from '../../stores/context.ts';
import { useGridLabels } from '../../stores/grid-labels.ts';
import { useReview } from '../../stores/review.ts';
import { useToasts } from '../../stores/toasts.ts';
import type { ActionContext } from '../action.ts';

/** What a label is about to be given to: the face under review, or the faces chosen in Browse. */
export interface Subject {
  readonly dataset: Dataset;
  /** Gives each face the label that `choose` answers for it; null leaves a face out. */
  readonly label: (choose: (tile: SampleTile) => number | null) => void;
}

/** The subject of the screen that is open, or null where there is none to label. */
export function subjectOf({ route }: ActionContext): Subject | null {
  if (route.name === 'review') return underReview();
  if (route.name === 'browse') return inGrid();
  return null;
}

function underReview(): Subject | null {
  const review = useReview();
  const { face, dataset, canAct } = review;
  if (face === null || dataset === null || !canAct) return null;
  return {
    dataset,
    label: (choose) => {
      const label = choose(face.tile);
      if (label !== null) void review.label(label);
      else useToasts().show({ text: `${face.tile.key}: there is no label to accept` });
    },
  };
}

function inGrid(): Subject | null {
  const grid = useGridLabels();
  const { dataset } = useContext();
  if (dataset === null || !grid.hasFaces) return null;
  return { dataset, label: (choose) => void grid.label(choose) };
}
