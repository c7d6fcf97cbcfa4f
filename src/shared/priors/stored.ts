/**
 * How a training's settings name a prior of the library: `stored:NAME`, with `@VERSION` where it is a certain one, and
 * `#DIGEST` of its numbers where a run was started by it.
 */
const STORED = /^stored:([^@#]+)(?:@(\d+)(?:#([0-9a-f]+))?)?$/;

export interface StoredRef {
  readonly name: string;
  /** Null for the newest. */
  readonly version: number | null;
  /** Null where any numbers will do. */
  readonly digest: string | null;
}

/** The prior of the library that a setting names; null where it names none. */
export function storedRef(setting: string): StoredRef | null {
  const found = STORED.exec(setting);
  if (found === null) return null;
  return { name: found[1]!, version: found[2] === undefined ? null : Number(found[2]), digest: found[3] ?? null };
}

/** The setting that names a prior of the library. */
export function storedSetting({ name, version, digest }: StoredRef): string {
  if (version === null) return `stored:${name}`;
  return `stored:${name}@${version}${digest === null ? '' : `#${digest}`}`;
}
