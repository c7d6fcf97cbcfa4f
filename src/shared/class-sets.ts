/** A named list of classes as a dataset stores it; `emotion` is false for FERPlus's unknown and NF. */
export interface ClassInfo {
  readonly name: string;
  readonly emotion: boolean;
}

export const FERPLUS_EMOTIONS = [
  'neutral',
  'happiness',
  'surprise',
  'sadness',
  'anger',
  'disgust',
  'fear',
  'contempt',
] as const;

/** The two FERPlus columns that are not emotions: undecided, and not a face. */
export const FERPLUS_NON_EMOTIONS = ['unknown', 'NF'] as const;

/** The ten vote columns of FERPlus in the order of `fer2013new.csv` (Barsoum et al., 2016). */
export const FERPLUS_CLASSES: readonly ClassInfo[] = [
  ...FERPLUS_EMOTIONS.map((name) => ({ name, emotion: true })),
  ...FERPLUS_NON_EMOTIONS.map((name) => ({ name, emotion: false })),
];

/** RAF-DB basic classes in the order of their labels 1 to 7. */
export const RAFDB_CLASSES: readonly ClassInfo[] = [
  'surprise',
  'fear',
  'disgust',
  'happiness',
  'sadness',
  'anger',
  'neutral',
].map((name) => ({ name, emotion: true }));

const ALIASES: Readonly<Record<string, string>> = {
  neutral: 'neutral',
  neutrality: 'neutral',
  happy: 'happiness',
  happiness: 'happiness',
  joy: 'happiness',
  surprise: 'surprise',
  surprised: 'surprise',
  suprise: 'surprise',
  sad: 'sadness',
  sadness: 'sadness',
  anger: 'anger',
  angry: 'anger',
  disgust: 'disgust',
  disgusted: 'disgust',
  fear: 'fear',
  fearful: 'fear',
  afraid: 'fear',
  contempt: 'contempt',
  contemptuous: 'contempt',
  unknown: 'unknown',
  nf: 'NF',
  'not-a-face': 'NF',
  noface: 'NF',
};

/** The field's standard name for a class written in any case or under a common alias, or null if it has none. */
export function canonicalClassName(name: string): string | null {
  const key = name
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
  return ALIASES[key] ?? null;
}

/** How the classes of one list land in another: `indices[i]` is where class i of `from` stands in `to`, or -1. */
export interface ClassMapping {
  readonly indices: readonly number[];
  readonly unmapped: readonly string[];
}

/**
 * Maps class names onto another list by exact name, then by alias, in any case.
 * `overrides` gives a target name for a source name and wins over both.
 */
export function mapClasses(
  from: readonly string[],
  to: readonly string[],
  overrides: Readonly<Record<string, string>> = {},
): ClassMapping {
  const targets = new Map<string, number>();
  to.forEach((name, index) => {
    const canonical = canonicalClassName(name);
    if (canonical !== null && !targets.has(canonical)) targets.set(canonical, index);
  });
  const exact = new Map(to.map((name, index) => [name.toLowerCase(), index]));
  const indices = from.map((name) => {
    const wanted = overrides[name] ?? name;
    const canonical = canonicalClassName(wanted);
    return exact.get(wanted.toLowerCase()) ?? (canonical === null ? -1 : (targets.get(canonical) ?? -1));
  });
  return { indices, unmapped: from.filter((_, index) => indices[index] === -1) };
}
