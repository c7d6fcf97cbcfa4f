/** How a training's settings name a prior of the library: `stored:NAME`, with `@VERSION` where it is a certain one. */
const STORED = /^stored:([^@]+)(?:@(\d+))?$/;

export interface StoredRef {
  readonly name: string;
  /** Null for the newest. */
  readonly version: number | null;
}

/** The prior of the library that a setting names; null where it names none. */
export function storedRef(setting: string): StoredRef | null {
  const found = STORED.exec(setting);
  return found === null ? null : { name: found[1]!, version: found[2] === undefined ? null : Number(found[2]) };
}

/** The setting that names a prior of the library. */
export const storedSetting = ({ name, version }: StoredRef): string =>
  `stored:${name}${version === null ? '' : `@${version}`}`;
