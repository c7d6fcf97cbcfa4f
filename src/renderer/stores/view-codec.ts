import {
  agreementSchema,
  measureNameSchema,
  type SampleFilter,
  type SampleSort,
  sampleSortSchema,
  splitSchema,
  type ViewQuery,
} from '../../shared/entities.ts';

export const TILE_SIZES = [48, 96, 144, 192] as const;
export type TileSize = (typeof TILE_SIZES)[number];

/** What an address may say beyond the query: how large the tiles are, and which face is looked at. */
export interface ViewExtras {
  readonly tile: TileSize | null;
  readonly faceId: number | null;
}

/** A view as an address states it; `datasetId` null and `runId` undefined mean that it does not say. */
export interface StatedView extends ViewExtras {
  readonly datasetId: number | null;
  readonly runId: number | null | undefined;
  readonly filter: SampleFilter;
  readonly sort: SampleSort;
  readonly descending: boolean;
}

export type AddressQuery = Readonly<Record<string, unknown>>;
type Parser<T> = (text: string) => T | null;

const NO_RUN = 'none';
const MOST_TEXT = 200;
const MOST_CLASSES = 1000;
const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const naturalNumber: Parser<number> = (text) => {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : null;
};
const id: Parser<number> = (text) => {
  const value = naturalNumber(text);
  return value === null || value === 0 ? null : value;
};
const classIndex: Parser<number> = (text) => {
  const value = naturalNumber(text);
  return value === null || value >= MOST_CLASSES ? null : value;
};
const oneOf =
  <T extends string>(options: readonly T[]): Parser<T> =>
  (text) =>
    options.find((option) => option === text) ?? null;
const list =
  <T>(item: Parser<T>): Parser<T[]> =>
  (text) => {
    const items = text.split(',').map(item);
    return items.includes(null) ? null : ([...new Set(items)] as T[]);
  };
const range: Parser<[number, number]> = (text) => {
  const ends = text.split('~');
  if (ends.length !== 2 || !ends.every((end) => NUMBER.test(end))) return null;
  const [low, high] = ends.map(Number) as [number, number];
  return Number.isFinite(low) && Number.isFinite(high) && low <= high ? [low, high] : null;
};
const words: Parser<string> = (text) => (text === '' || text.length > MOST_TEXT ? null : text);
const target: Parser<NonNullable<SampleFilter['target']>> = (text) => {
  const [protocol = '', indices = '', ...more] = text.split('~');
  const classes = list(classIndex)(indices);
  return /^[a-z][a-z0-9-]{0,39}$/.test(protocol) && classes !== null && more.length === 0
    ? { protocol, classes }
    : null;
};
/** Faces that an address may name one by one. */
export const MOST_IDS = 5000;
const ids: Parser<number[]> = (text) => {
  const found = list(id)(text);
  return found === null || found.length > MOST_IDS ? null : found;
};
const measureRange: Parser<readonly [string, [number, number]]> = (text) => {
  const [name = '', ...ends] = text.split('~');
  const found = measureNameSchema.safeParse(name).success ? range(ends.join('~')) : null;
  return found === null ? null : [name, found];
};
const measures: Parser<Record<string, [number, number]>> = (text) => {
  const found = text.split(',').map(measureRange);
  return found.every((entry) => entry !== null) ? Object.fromEntries(found) : null;
};
const order: Parser<SampleSort> = (text) => sampleSortSchema.safeParse(text).data ?? null;
const tileSize: Parser<TileSize> = (text) => TILE_SIZES.find((size) => String(size) === text) ?? null;

const FILTER_PARSERS: { readonly [K in keyof SampleFilter]-?: Parser<NonNullable<SampleFilter[K]>> } = {
  splits: list(oneOf(splitSchema.options)),
  labels: list(classIndex),
  predicted: list(classIndex),
  agreement: list(oneOf(agreementSchema.options)),
  target,
  confidence: range,
  voteEntropy: range,
  voteMargin: range,
  votesTotal: range,
  measures,
  text: words,
  ids,
};

/** Every field of a filter, in the order the screen shows them; each stands in the address under its own name. */
export const FILTER_FIELDS = Object.keys(FILTER_PARSERS) as readonly (keyof SampleFilter)[];
const RANGES: readonly string[] = ['confidence', 'voteEntropy', 'voteMargin', 'votesTotal'];

type FieldValue = NonNullable<SampleFilter[keyof SampleFilter]>;

function narrows(field: string, value: FieldValue | undefined): boolean {
  if (value === undefined) return false;
  if (field === 'ids') return true;
  if (typeof value === 'string' || Array.isArray(value)) return value.length > 0;
  return isTarget(field, value) ? value.classes.length > 0 : Object.keys(value).length > 0;
}

const isTarget = (field: string, _value: object): _value is NonNullable<SampleFilter['target']> => field === 'target';

function written(field: string, value: FieldValue): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.join(RANGES.includes(field) ? '~' : ',');
  if (isTarget(field, value)) return `${value.protocol}~${value.classes.join(',')}`;
  return Object.entries(value)
    .map(([name, ends]) => [name, ...ends].join('~'))
    .join(',');
}

/** The filter without the fields that narrow nothing: undefined, empty lists, empty text. */
export function tidyFilter(filter: SampleFilter): SampleFilter {
  return Object.fromEntries(
    FILTER_FIELDS.map((field) => [field, filter[field]] as const).filter(([field, value]) => narrows(field, value)),
  );
}

/**
 * A view as the query of an address under `/browse`; `decodeView` reads it back exactly.
 * Fields that narrow nothing and the default order (as imported, ascending) are left out.
 */
export function encodeView(view: ViewQuery & Partial<ViewExtras>): Record<string, string> {
  const query: Record<string, string> = {
    dataset: String(view.datasetId),
    run: view.runId === null ? NO_RUN : String(view.runId),
  };
  for (const [field, value] of Object.entries(tidyFilter(view.filter))) {
    query[field] = written(field, value);
  }
  if (view.sort !== 'imported') query.sort = view.sort;
  if (view.descending) query.order = 'descending';
  if (view.tile) query.tile = String(view.tile);
  if (view.faceId) query.face = String(view.faceId);
  return query;
}

/**
 * Reads the query of an address. Nothing in it is trusted: a parameter that is malformed, repeated or out of range
 * is left out of the view and named in `ignored`; unknown parameters are only named.
 */
export function decodeView(query: AddressQuery): { readonly view: StatedView; readonly ignored: readonly string[] } {
  const ignored: string[] = [];
  const known = new Set<string>();
  const read = <T>(name: string, parse: Parser<T>): T | undefined => {
    known.add(name);
    if (!Object.hasOwn(query, name)) return undefined;
    const raw = query[name];
    const value = typeof raw === 'string' ? parse(raw) : null;
    if (value === null) ignored.push(name);
    return value ?? undefined;
  };
  const run = read('run', (text) => (text === NO_RUN ? NO_RUN : id(text)));
  const filter = Object.fromEntries(
    FILTER_FIELDS.map((field) => [field, read<unknown>(field, FILTER_PARSERS[field])]).filter(
      ([, value]) => value !== undefined,
    ),
  ) as SampleFilter;
  const view: StatedView = {
    datasetId: read('dataset', id) ?? null,
    runId: run === NO_RUN ? null : run,
    filter,
    sort: read('sort', order) ?? 'imported',
    descending: read('order', oneOf(['ascending', 'descending'])) === 'descending',
    tile: read('tile', tileSize) ?? null,
    faceId: read('face', id) ?? null,
  };
  return { view, ignored: [...ignored, ...Object.keys(query).filter((name) => !known.has(name))] };
}
