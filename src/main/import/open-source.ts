import type { ImportSource } from '../../shared/contract/imports.ts';
import { ClassMappingError, ImportError } from '../../shared/errors.ts';
import type { Importer, OpenedSource } from './importer.ts';
import { IMPORTERS, importerNamed } from './index.ts';
import { openTree } from './open-tree.ts';
import type { SourceTree } from './source-tree.ts';
import { Tally } from './tally.ts';

/** A source that is open for reading; `close` when done. */
export interface ReadySource extends OpenedSource {
  readonly importer: Importer;
  readonly tree: SourceTree;
  /** A tally that already holds the files which were found but may not be read. */
  newTally(): Tally;
  close(): Promise<void>;
}

/**
 * Opens the chosen paths as the layout named, or as the one they look most like.
 * Throws NotFoundError for a path that is not there, UsageError for an unknown kind, and ImportError if there is
 * nothing to read or it fits no layout.
 */
export async function openSource({ paths, kind, classMap }: ImportSource): Promise<ReadySource> {
  const tree = await openTree(paths);
  try {
    if (tree.entries.length === 0) throw nothingThere(tree);
    const importer = kind === null ? await guess(tree) : importerNamed(kind);
    const opened = await importer.open(tree, { classMap });
    const newTally = (): Tally => {
      const tally = new Tally();
      for (const { reason, place } of tree.refusals) tally.skip(reason, place);
      return tally;
    };
    return { ...opened, importer, tree, newTally, close: () => tree.close() };
  } catch (error) {
    await tree.close();
    throw error;
  }
}

async function guess(tree: SourceTree): Promise<Importer> {
  let best: { readonly importer: Importer; readonly fit: number } | null = null;
  for (const importer of IMPORTERS) {
    const fit = await importer.sniff(tree);
    if (fit > (best?.fit ?? 0)) best = { importer, fit };
  }
  if (best !== null) return best.importer;
  throw new ImportError(`${tree.roots.join(', ')} is of no layout that can be imported.`, {
    file: tree.roots[0],
    remedy: `Accepted: ${acceptedLayouts()}`,
  });
}

function nothingThere(tree: SourceTree): ImportError {
  const refused = tree.refusals.length;
  const but = refused === 0 ? '' : ` that may be read (${refused} refused, first ${tree.refusals[0]!.place.what})`;
  return new ImportError(`There is no file in ${tree.roots.join(', ')}${but}.`, {
    file: tree.roots[0],
    remedy: `Accepted: ${acceptedLayouts()}`,
  });
}

function acceptedLayouts(): string {
  return IMPORTERS.map(({ label, layout }) => `${label} – ${layout}`).join('. ');
}

/** Throws ClassMappingError naming the source's class names that mean nothing yet, and what they may be mapped to. */
export function refuseUnmapped({ unmappedClasses, classes }: OpenedSource): void {
  if (unmappedClasses.length === 0) return;
  const known = classes.map(({ name }) => name).join(', ');
  throw new ClassMappingError(`What class is meant by ${unmappedClasses.map((name) => `“${name}”`).join(', ')}?`, {
    names: unmappedClasses,
    kept: 'Nothing was imported.',
    remedy: `Map each to a class${known === '' ? '' : ` (${known}, …)`}, to its own name as a new class, or to “skip” to leave it out.`,
  });
}
