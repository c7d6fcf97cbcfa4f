import { UsageError } from '../../../shared/errors.ts';

/** The entry of a registry that has that name. Throws UsageError naming those there are. */
export function findNamed<Entry extends { readonly name: string }>(
  entries: readonly Entry[],
  name: string,
  what: string,
): Entry {
  const found = entries.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  const names = entries.map((entry) => entry.name);
  throw new UsageError(`There is no ${what} “${name}”.`, { names, remedy: `Choose one of ${names.join(', ')}.` });
}
