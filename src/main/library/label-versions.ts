import { CROWD_LABELS, CURRENT_LABELS, type LabelVersion } from '../../shared/contract/label-versions.ts';
import { ConflictError, NotFoundError } from '../../shared/errors.ts';
import { type Relabel, relabelsOf } from './current-labels.ts';
import { getDataset } from './datasets.ts';
import type { Library } from './db.ts';

const SELECT = `SELECT v.id, v.dataset_id AS datasetId, v.name, v.note, v.source, coalesce(a.name, '') AS annotator,
  (SELECT count(*) FROM label_version_faces f WHERE f.version_id = v.id) AS faces, v.created_at AS createdAt
  FROM label_versions v LEFT JOIN annotators a ON a.id = v.annotator_id`;

/** The versions of a dataset, oldest first. */
export const listLabelVersions = (library: Library, datasetId: number): LabelVersion[] =>
  library.prepare(`${SELECT} WHERE v.dataset_id = ? ORDER BY v.id`).all(datasetId) as LabelVersion[];

/** One version by its name. Throws NotFoundError that lists the known ones. */
export function getLabelVersion(library: Library, datasetId: number, name: string): LabelVersion {
  const versions = listLabelVersions(library, datasetId);
  const found = versions.find((version) => version.name === name);
  if (found !== undefined) return found;
  const names = [CROWD_LABELS, CURRENT_LABELS, ...versions.map((version) => version.name)];
  throw new NotFoundError(`“${getDataset(library, datasetId).name}” has no label version “${name}”.`, {
    field: 'labels',
    names,
    remedy: `Use one of ${names.join(', ')}.`,
  });
}

export interface NewLabelVersion {
  readonly datasetId: number;
  readonly name: string;
  readonly note: string;
  readonly source: string;
  readonly annotatorId: number | null;
  readonly faces: ReadonlyMap<number, Relabel>;
}

/** Keeps labels under a name, all of them or nothing. Throws ConflictError for a taken name, NotFoundError. */
export function addLabelVersion(library: Library, version: NewLabelVersion): LabelVersion {
  const { datasetId, name, note, source, annotatorId, faces } = version;
  const dataset = getDataset(library, datasetId);
  return library.transaction(() => {
    if (listLabelVersions(library, datasetId).some((known) => known.name === name)) {
      throw new ConflictError(`“${dataset.name}” has a label version “${name}” already.`, {
        field: 'name',
        remedy: 'Choose another name, or remove that one first.',
      });
    }
    const inserted = library
      .prepare(
        'INSERT INTO label_versions (dataset_id, name, note, source, annotator_id, created_at) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(datasetId, name, note, source, annotatorId, Date.now());
    const insert = library.prepare(
      'INSERT INTO label_version_faces (version_id, sample_id, label, votes) VALUES (?, ?, ?, ?)',
    );
    for (const [id, { label, votes }] of faces) {
      insert.run(inserted.lastInsertRowid, id, label, votes === null ? null : JSON.stringify(votes));
    }
    return getLabelVersion(library, datasetId, name);
  });
}

/** Keeps the labels as they are now under a name. */
export const saveLabelVersion = (
  library: Library,
  version: Pick<NewLabelVersion, 'datasetId' | 'name' | 'note' | 'annotatorId'>,
): LabelVersion =>
  addLabelVersion(library, { ...version, source: CURRENT_LABELS, faces: relabelsOf(library, version.datasetId) });

/** What a version changes of the crowd's word, by face. */
export function versionFaces(library: Library, versionId: number): ReadonlyMap<number, Relabel> {
  const rows = library
    .prepare('SELECT sample_id AS id, label, votes FROM label_version_faces WHERE version_id = ?')
    .all(versionId) as { readonly id: number; readonly label: number | null; readonly votes: string | null }[];
  return new Map(
    rows.map(({ id, label, votes }) => [id, { label, votes: votes === null ? null : (JSON.parse(votes) as number[]) }]),
  );
}

/** Forgets a version; the labels themselves stay as they are. Throws NotFoundError. */
export function removeLabelVersion(library: Library, datasetId: number, name: string): void {
  const { id } = getLabelVersion(library, datasetId, name);
  library.prepare('DELETE FROM label_versions WHERE id = ?').run(id);
}
