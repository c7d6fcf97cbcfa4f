import { canonicalClassName, FERPLUS_CLASSES } from '../shared/class-sets.ts';

const ORDER = new Map(FERPLUS_CLASSES.map(({ name }, index) => [name, index]));
const FIRST_HUE = 1;
const HUES = 7;

/** Which of the ten palette entries a class name has; the same in every dataset, whatever the name's case or alias. */
export function classColourIndex(name: string): number {
  const known = ORDER.get(canonicalClassName(name) ?? name);
  if (known !== undefined) return known;
  let hash = 0;
  for (const letter of name.toLowerCase()) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return FIRST_HUE + (hash % HUES);
}

/** The CSS colour of a class, from the tokens: `var(--class-N)`. */
export const classColour = (name: string): string => `var(--class-${classColourIndex(name)})`;
