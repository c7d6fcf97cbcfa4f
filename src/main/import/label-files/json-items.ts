/** An item of a JSON list and the line, counted from 1, on which it begins. */
export interface JsonItem {
  readonly line: number;
  readonly text: string;
}

/** The items of a JSON list one after another, unparsed; null if the text is no list, or one that does not end. */
export function jsonItems(text: string): JsonItem[] | null {
  const items: JsonItem[] = [];
  let [depth, line, start, startLine] = [0, 1, -1, 1];
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (character === '\n') line += 1;
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
      continue;
    }
    if (depth === 0) {
      if (character === '[') depth = 1;
      else if (!/[\s\uFEFF]/.test(character)) return null;
      continue;
    }
    const ends = depth === 1 && (character === ',' || character === ']');
    if (ends && start >= 0) items.push({ line: startLine, text: text.slice(start, at).trimEnd() });
    if (ends) start = -1;
    else if (start < 0 && !/\s/.test(character)) [start, startLine] = [at, line];
    if (character === '"') inString = true;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    if (depth === 0) return /^\s*$/.test(text.slice(at + 1)) ? items : null;
  }
  return null;
}
