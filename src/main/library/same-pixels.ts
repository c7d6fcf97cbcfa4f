import type { ImportReport } from '../../shared/contract/imports.ts';
import { SPLITS } from '../../shared/entities.ts';
import type { Library } from './db.ts';

/**
 * Faces of a dataset that repeat another's pixels. Within a split: every face beyond the first of its pixels.
 * Across, under “A/B”: the faces of split B whose pixels split A also has.
 */
export function countSamePixels(library: Library, datasetId: number): ImportReport['identicalPixels'] {
  const within = library
    .prepare(
      `SELECT split, count(*) - count(DISTINCT image_id) AS faces FROM samples WHERE dataset_id = ?
       GROUP BY split HAVING faces > 0`,
    )
    .all(datasetId) as { split: number; faces: number }[];
  const across = library
    .prepare(
      `WITH held AS MATERIALIZED
         (SELECT image_id, split, count(*) AS faces FROM samples WHERE dataset_id = ? GROUP BY image_id, split)
       SELECT a.split AS first, b.split AS second, sum(b.faces) AS faces
       FROM held a JOIN held b ON b.image_id = a.image_id AND b.split > a.split GROUP BY a.split, b.split`,
    )
    .all(datasetId) as { first: number; second: number; faces: number }[];
  return {
    withinSplits: Object.fromEntries(within.map(({ split, faces }) => [SPLITS[split]!, faces])),
    acrossSplits: Object.fromEntries(
      across.map(({ first, second, faces }) => [`${SPLITS[first]!}/${SPLITS[second]!}`, faces]),
    ),
  };
}

/** Pixels that stand in more than one split of a dataset. */
export interface Leak {
  readonly imageId: number;
  /** Faces of the dataset with these pixels, in any split. */
  readonly copies: number;
  readonly labelsDiffer: boolean;
}

/** The leak of each face of a dataset whose pixels another split has too. */
export function leaksOf(library: Library, datasetId: number): ReadonlyMap<number, Leak> {
  const rows = library
    .prepare(
      `WITH leaked AS MATERIALIZED
         (SELECT image_id, count(*) AS copies, count(DISTINCT coalesce(label, -1)) AS labels FROM samples
          WHERE dataset_id = ? GROUP BY image_id HAVING count(DISTINCT split) > 1)
       SELECT s.id, l.image_id, l.copies, l.labels FROM leaked l
       JOIN samples s ON s.image_id = l.image_id AND s.dataset_id = ?`,
    )
    .all(datasetId, datasetId) as { id: number; image_id: number; copies: number; labels: number }[];
  return new Map(
    rows.map(({ id, image_id, copies, labels }) => [id, { imageId: image_id, copies, labelsDiffer: labels > 1 }]),
  );
}
