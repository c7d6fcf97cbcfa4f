import { FERPLUS_EMOTIONS, RAFDB_CLASSES } from '../../../shared/class-sets.ts';

/** Class lists that published models come with, each in its own order. */
export const CLASS_PRESETS: readonly {
  readonly name: string;
  readonly label: string;
  readonly classes: readonly string[];
}[] = [
  { name: 'ferplus', label: 'FERPlus 8', classes: FERPLUS_EMOTIONS },
  {
    name: 'fer2013',
    label: 'FER2013 7',
    classes: ['anger', 'disgust', 'fear', 'happiness', 'sadness', 'surprise', 'neutral'],
  },
  { name: 'rafdb', label: 'RAF-DB 7', classes: RAFDB_CLASSES.map((entry) => entry.name) },
];

/**
 * Class names out of pasted text: a JSON list, an {index: name} or {name: index} map in the order of its numbers, or
 * names parted by lines, commas, semicolons or tabs, with a number such as '0: ' in front left out.
 */
export function parseClassNames(text: string): readonly string[] {
  return (namesOfJson(text.trim()) ?? text.split(/[\n,;\t]+/))
    .map((name) => name.trim().replace(/^\d+(?:\s*[:.)=]\s*|\s+)/, ''))
    .filter((name) => name !== '');
}

function namesOfJson(text: string): readonly string[] | null {
  if (!/^[[{]/.test(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value.map(String);
    const pairs = Object.entries(value as Record<string, unknown>).map(
      ([key, entry]) => (typeof entry === 'number' ? [entry, key] : [Number(key), String(entry)]) as [number, string],
    );
    return pairs.sort(([a], [b]) => a - b).map(([, name]) => name);
  } catch {
    return text.replace(/[[\]{}"']/g, '').split(/[\n,;\t]+/);
  }
}
