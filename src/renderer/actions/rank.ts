const score = (text: string, words: readonly string[]): number => {
  let sum = 0;
  for (const word of words) {
    const at = text.indexOf(word);
    if (at === -1) return -1;
    sum += at === 0 ? 3 : text[at - 1] === ' ' ? 2 : 1;
  }
  return sum;
};

/**
 * Keeps the items whose text contains every word of the query, in any case and order.
 * Words at the start of the text count most, then those at the start of a word; ties keep their order.
 */
export function rank<T>(items: readonly T[], query: string, textOf: (item: T) => string): readonly T[] {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return items;
  return items
    .map((item) => ({ item, score: score(textOf(item).toLowerCase(), words) }))
    .filter((scored) => scored.score >= 0)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item);
}
