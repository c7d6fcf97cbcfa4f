import { UsageError } from '../../shared/errors.ts';
import { classFolders } from './class-folders.ts';
import { ferplus } from './ferplus.ts';
import type { Importer } from './importer.ts';
import { rafdb } from './rafdb.ts';

/** Every layout that can be imported: one file each, and one line here. Of equally good guesses the first wins. */
export const IMPORTERS = [ferplus, rafdb, classFolders] as const;

/** The importer of that name. Throws UsageError. */
export function importerNamed(name: string): Importer {
  const importer = IMPORTERS.find((candidate) => candidate.name === name);
  if (importer !== undefined) return importer;
  const names = IMPORTERS.map((candidate) => candidate.name);
  throw new UsageError(`There is no import kind “${name}”.`, { field: 'kind', names, remedy: names.join(', ') });
}
