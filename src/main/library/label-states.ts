import type { LabelField } from '../../shared/contract/labels.ts';
import type { Library } from './db.ts';
import { dropMeasures } from './measures.ts';

/** A change as the log holds it, with who did it and when. */
export interface LoggedChange {
  readonly id: number;
  readonly sampleId: number;
  readonly annotatorId: number;
  readonly field: LabelField;
  /** JSON. */
  readonly after: string;
  /** The event whose place in time a label takes that an undo put back; null: its own. */
  readonly standing: number | null;
  readonly at: number;
}

const NULL = 'null';

/** What an annotator says in a field of a face now, as JSON. */
export function currentValue(library: Library, sampleId: number, annotatorId: number, field: LabelField): string {
  const row = library
    .prepare('SELECT label, votes, note FROM annotations WHERE sample_id = ? AND annotator_id = ?')
    .get(sampleId, annotatorId) as Record<LabelField, unknown> | undefined;
  if (row === undefined || row[field] === null) return NULL;
  return field === 'votes' ? (row.votes as string) : JSON.stringify(row[field]);
}

/** Moves the derived tables by one logged change. Within a transaction of the caller's. */
export function applyChange(library: Library, change: LoggedChange): void {
  const { id, sampleId, annotatorId, field, after, standing, at } = change;
  const value = after === NULL ? null : field === 'votes' ? after : (JSON.parse(after) as number | string);
  const place = field === 'label' ? (standing ?? id) : null;
  library
    .prepare(
      `INSERT INTO annotations (sample_id, annotator_id, ${field}, label_event) VALUES (@sampleId, @annotatorId, @value, ifnull(@place, 0))
       ON CONFLICT (sample_id, annotator_id) DO UPDATE SET ${field} = excluded.${field},
         label_event = ifnull(@place, label_event)`,
    )
    .run({ sampleId, annotatorId, value, place });
  const newest = library
    .prepare(
      `SELECT label, annotator_id FROM annotations WHERE sample_id = ? AND label IS NOT NULL
       ORDER BY label_event DESC LIMIT 1`,
    )
    .get(sampleId) as { readonly label: number; readonly annotator_id: number } | undefined;
  library
    .prepare(
      `INSERT INTO current_labels (sample_id, label, annotator_id, votes, revision, changed_at) VALUES (?, ?, ?, ?, 1, ?)
       ON CONFLICT (sample_id) DO UPDATE SET label = excluded.label, annotator_id = excluded.annotator_id,
         votes = excluded.votes, revision = revision + 1, changed_at = excluded.changed_at`,
    )
    .run(sampleId, newest?.label ?? null, newest?.annotator_id ?? null, addedVotes(library, sampleId), at);
  if (field !== 'note') dropMeasures(library, sampleId);
}

/** The votes that all annotators added, as JSON; null where they come to nothing. */
function addedVotes(library: Library, sampleId: number): string | null {
  const rows = library
    .prepare('SELECT votes FROM annotations WHERE sample_id = ? AND votes IS NOT NULL')
    .pluck()
    .all(sampleId) as string[];
  const vectors = rows.map((row) => JSON.parse(row) as number[]);
  const total = (vectors[0] ?? []).map((_, index) => vectors.reduce((sum, vector) => sum + vector[index]!, 0));
  return total.some((count) => count !== 0) ? JSON.stringify(total) : null;
}
