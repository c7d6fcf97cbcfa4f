/** Metadata keys under which exporters keep class names. */
const KEYS = ['names', 'classes', 'class_names', 'labels', 'id2label'];

/**
 * Class names from a model's metadata, in class order, or null: a JSON list, a JSON or Python dictionary from index to
 * name (as Ultralytics writes `names`), a Python list, or names parted by commas or line breaks.
 */
export function classNamesIn(metadata: Readonly<Record<string, string>>): readonly string[] | null {
  for (const key of KEYS) {
    const names = parseClassNames(metadata[key] ?? '');
    if (names !== null) return names;
  }
  return null;
}

/** The names that one such text holds, or null if it holds fewer than two. */
export function parseClassNames(text: string): readonly string[] | null {
  const trimmed = text.trim();
  const json = fromJson(trimmed);
  const names = json ?? (/^[[{]/.test(trimmed) ? fromPython(trimmed) : fromPlainList(trimmed));
  return names !== null && names.length >= 2 && names.every((name) => name !== '') ? names : null;
}

function fromJson(text: string): readonly string[] | null {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value.every((name) => typeof name === 'string') ? value : null;
    if (typeof value !== 'object' || value === null) return null;
    return inOrder(Object.entries(value).map(([index, name]) => [Number(index), String(name)]));
  } catch {
    return null;
  }
}

function fromPython(text: string): readonly string[] | null {
  const literal = /(?:(\d+)\s*:\s*)?(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g;
  const entries = [...text.matchAll(literal)].map(([, index, single, double], place): [number, string] => [
    index === undefined ? place : Number(index),
    (single ?? double ?? '').replace(/\\(.)/g, '$1'),
  ]);
  const unnumbered = /^\{\s*['"]/.test(text);
  return unnumbered ? null : inOrder(entries);
}

function fromPlainList(text: string): readonly string[] {
  return text.split(/[\n,]/).map((name) => name.trim());
}

/** The names by ascending index, if the indices are 0, 1, 2 and so on. */
function inOrder(entries: readonly (readonly [number, string])[]): readonly string[] | null {
  const sorted = entries.toSorted(([a], [b]) => a - b);
  return sorted.every(([index], place) => index === place) ? sorted.map(([, name]) => name) : null;
}
