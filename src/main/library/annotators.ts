import type { Annotator } from '../../shared/contract/labels.ts';
import { NotFoundError } from '../../shared/errors.ts';
import type { Library } from './db.ts';

const SELECT = 'SELECT id, name, created_at AS createdAt FROM annotators';

/** Everyone who ever labelled, by name. */
export const listAnnotators = (library: Library): Annotator[] =>
  library.prepare(`${SELECT} ORDER BY name`).all() as Annotator[];

/** One person. Throws NotFoundError. */
export function getAnnotator(library: Library, id: number): Annotator {
  const found = library.prepare(`${SELECT} WHERE id = ?`).get(id) as Annotator | undefined;
  if (found === undefined) throw new NotFoundError(`There is no annotator with the number ${id}.`);
  return found;
}

/** The person of that name, entered if there is none yet. */
export function ensureAnnotator(library: Library, name: string): Annotator {
  library.prepare('INSERT OR IGNORE INTO annotators (name, created_at) VALUES (?, ?)').run(name, Date.now());
  return library.prepare(`${SELECT} WHERE name = ?`).get(name) as Annotator;
}
