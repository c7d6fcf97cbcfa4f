import type { Relabel } from './current-labels.ts';
import type { Library } from './db.ts';
import { durably } from './durably.ts';
import { type NewEntry, pendingLog } from './label-log.ts';
import { labelOverlay } from './label-overlay.ts';
import type { FaceWords } from './said.ts';
import { decodeVotes, leadingClass } from './votes.ts';

/**
 * Makes the current labels those of a version by one action of `annotatorId`, which can be undone. What others said
 * stays in the log and as their word: the action only says something newer, and only where the version differs.
 */
export function restoreLabels(
  library: Library,
  request: { readonly datasetId: number; readonly name: string; readonly annotatorId: number },
): { faces: number; events: number } {
  const { datasetId, name, annotatorId } = request;
  return durably(library, () => {
    const wanted = labelOverlay(library, datasetId, name);
    const current = labelOverlay(library, datasetId, 'current');
    const ids = [...new Set([...wanted.keys(), ...current.keys()])].sort((a, b) => a - b);
    const log = pendingLog(library, ids);
    const entries = ids.flatMap((id) =>
      entriesFor(library, annotatorId, {
        id,
        words: log.words(id),
        wanted: wanted.get(id) ?? AS_IMPORTED,
        current: current.get(id) ?? AS_IMPORTED,
      }),
    );
    const faces = new Set(entries.map(({ sampleId }) => sampleId)).size;
    if (entries.length > 0) {
      const at = Date.now();
      log.append({ annotatorId, kind: 'do', target: null, queueId: null, runId: null, at, entries });
      log.write();
    }
    return { faces, events: entries.length };
  });
}

const AS_IMPORTED: Relabel = { label: null, votes: null };

interface Face {
  readonly id: number;
  readonly words: FaceWords;
  readonly wanted: Relabel;
  readonly current: Relabel;
}

function entriesFor(library: Library, annotatorId: number, face: Face): NewEntry[] {
  const { wanted, current } = face;
  const votes = sameVotes(wanted.votes, current.votes) ? [] : [votesEntry(library, annotatorId, face)];
  return wanted.label === current.label ? votes : [...votes, labelEntry(library, annotatorId, face)];
}

/** The crowd's word stands again where nobody else said anything; else the annotator says the crowd's own label. */
function labelEntry(library: Library, annotatorId: number, { id, words, wanted }: Face): NewEntry {
  const after = (label: number | null): NewEntry => ({ sampleId: id, field: 'label', after: JSON.stringify(label) });
  if (wanted.label !== null) return after(wanted.label);
  const hasOthers = [...words].some(([speaker, { label }]) => speaker !== annotatorId && label !== null);
  return after(hasOthers ? leadingClass(crowdVotes(library, id)) : null);
}

/** The annotator's own votes moved by what is wanted of all annotators' together. */
function votesEntry(library: Library, annotatorId: number, { id, words, wanted, current }: Face): NewEntry {
  const own = words.get(annotatorId)?.votes;
  const moved = crowdVotes(library, id).map(
    (_, index) => (own?.[index] ?? 0) + (wanted.votes?.[index] ?? 0) - (current.votes?.[index] ?? 0),
  );
  return { sampleId: id, field: 'votes', after: JSON.stringify(moved.some((count) => count !== 0) ? moved : null) };
}

const sameVotes = (a: Relabel['votes'], b: Relabel['votes']): boolean => JSON.stringify(a) === JSON.stringify(b);

const crowdVotes = (library: Library, id: number): number[] =>
  decodeVotes(library.prepare('SELECT votes FROM samples WHERE id = ?').pluck().get(id) as Buffer);
