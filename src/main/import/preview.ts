import { randomUUID } from 'node:crypto';
import type { ImportPreview, ImportSource } from '../../shared/contract/imports.ts';
import type { Split } from '../../shared/entities.ts';
import { ImportError, NotFoundError } from '../../shared/errors.ts';
import { countUnreadable } from './entry-skip.ts';
import type { SourceRow } from './importer.ts';
import { openSource, type ReadySource } from './open-source.ts';
import type { Tally } from './tally.ts';
import { displayBytes } from './thumbnail.ts';
import { topVote } from './vote-cells.ts';

const FACES = 24;
const PREVIEWS_HELD = 8;

/** The first faces' pixels of the last previews, oldest preview first. */
const held = new Map<string, readonly (Buffer | undefined)[]>();

/**
 * Reads all of a source but its pixels, and the first 24 faces with theirs: classes, splits, counts and problems, as
 * an import would find them. Writes nothing. Throws as `openSource` does, and ImportError for an unreadable list.
 */
export async function previewImport(source: ImportSource): Promise<ImportPreview> {
  const ready = await openSource(source);
  try {
    const tally = ready.newTally();
    const survey = await surveyRows(ready, tally);
    const faces = await readFaces(survey.first, tally);
    const previewId = randomUUID();
    hold(previewId, faces.pixels);
    return {
      previewId,
      kind: ready.importer.name,
      kindLabel: ready.importer.label,
      suggestedName: suggestName(ready.tree.name),
      classes: [...ready.classes],
      unmappedClasses: [...ready.unmappedClasses],
      splits: tally.rowsBySplit().map((each) => ({ ...each, images: survey.images.get(each.split) ?? 0 })),
      classCounts: survey.classCounts,
      faces: faces.shown,
      problems: tally.skips(),
      voteFiles: [...ready.voteFiles],
    };
  } finally {
    await ready.close();
  }
}

/** The n-th face of a preview, encoded for a browser. Throws NotFoundError unless it is one of the last previews'. */
export async function previewFace(previewId: string, index: number): Promise<Buffer> {
  const bytes = held.get(previewId)?.[index];
  if (bytes === undefined) {
    throw new NotFoundError('This preview is no longer held.', { remedy: 'Look at the source again.' });
  }
  return bytes;
}

interface Survey {
  readonly images: ReadonlyMap<Split, number>;
  readonly classCounts: number[];
  readonly first: readonly SourceRow[];
}

async function surveyRows(ready: ReadySource, tally: Tally): Promise<Survey> {
  const images = new Map<Split, number>();
  const classCounts = ready.classes.map(() => 0);
  const first: SourceRow[] = [];
  for await (const row of ready.rows(tally)) {
    images.set(row.split, (images.get(row.split) ?? 0) + 1);
    const label = topVote(row.votes);
    if (label !== null) classCounts[label]! += 1;
    if (first.length < FACES) first.push(row);
  }
  return { images, classCounts, first };
}

interface Faces {
  readonly shown: ImportPreview['faces'];
  readonly pixels: readonly (Buffer | undefined)[];
}

async function readFaces(rows: readonly SourceRow[], tally: Tally): Promise<Faces> {
  const pixels: (Buffer | undefined)[] = [];
  const shown: ImportPreview['faces'] = [];
  for (const [index, row] of rows.entries()) {
    try {
      pixels[index] = await displayBytes(await row.load());
      shown.push({ index, key: row.key, label: topVote(row.votes) });
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      countUnreadable(row, error, tally);
    }
  }
  return { shown, pixels };
}

function hold(previewId: string, pixels: readonly (Buffer | undefined)[]): void {
  held.set(previewId, pixels);
  for (const oldest of held.keys()) {
    if (held.size <= PREVIEWS_HELD) break;
    held.delete(oldest);
  }
}

function suggestName(name: string): string {
  return (
    name
      .replace(/[^\p{L}\p{N}._@+ -]+/gu, '-')
      .trim()
      .slice(0, 120) || 'faces'
  );
}
