import type { Facets, SampleSort, SampleTile, ViewQuery } from '../../shared/entities.ts';
import {
  emptyRunColumns,
  type FollowedRun,
  loadSampleColumns,
  loadTargets,
  positionOf,
  type RunColumns,
  readPredictions,
  type SampleColumns,
} from './columns.ts';
import { datasetClasses } from './datasets.ts';
import type { Library } from './db.ts';
import { loadMeasure, measuresRevision } from './measures.ts';
import { getRun } from './runs.ts';
import { tilesOf } from './samples.ts';
import { countFacets, refusals, type ViewColumns } from './view-filter.ts';
import { measureOf, measuresUsed } from './view-measures.ts';
import { accepted, type Order, orderBy, orderOf } from './view-orders.ts';

/** Filtered, ordered windows onto a dataset, and the counts beside them. */
export interface Views {
  page(query: ViewQuery, offset: number, limit: number): { total: number; offset: number; tiles: SampleTile[] };
  /** The numbers of all samples of the view, in its order. */
  ids(query: ViewQuery): number[];
  /** Live counts, with histograms of the measures named. */
  facets(query: ViewQuery, measures?: readonly string[]): Facets;
  /** Where a sample stands in the view, or null if the filter leaves it out. */
  locate(query: ViewQuery, sampleId: number): number | null;
}

/** The target class an evaluation protocol gives a face, or null if it drops it. Throws for an unknown protocol. */
export type TargetClassOf = (
  protocol: string,
  emotion: readonly boolean[],
) => (votes: readonly number[]) => number | null;

interface CachedRun extends FollowedRun {
  readonly columns: RunColumns;
  /** Measures by name, as they were at the revision `measured`. */
  readonly measures: Map<string, Float32Array>;
  newest: number;
  measured: number;
  version: number;
}

interface CachedDataset {
  readonly id: number;
  readonly samples: SampleColumns;
  readonly withoutRun: RunColumns;
  /** Refusals of the query at hand; written anew for each. */
  readonly mask: Uint32Array;
  readonly runs: Map<number, CachedRun>;
  readonly orders: Map<string, Order>;
  readonly views: Map<string, Uint32Array>;
  readonly targets: Map<string, Int16Array>;
}

const KEPT_ORDERS = 8;
const KEPT_VIEWS = 4;
const KEPT_RUNS = 4;
const KEPT_TARGETS = 2;
const RUN_SORTS: readonly SampleSort[] = ['predicted', 'confidence'];

/**
 * Views over a library. The derived columns of the dataset last looked at stay in memory (about 30 bytes a sample),
 * so that any filter, order and count is a pass over arrays; what other processes commit is read before an answer.
 */
export function createViews(library: Library, targetClassOf: TargetClassOf): Views {
  let dataset: CachedDataset | null = null;
  let seen = '';

  function current(query: ViewQuery): { cached: CachedDataset; run: CachedRun | null } {
    const now = libraryVersion(library);
    if (dataset === null || dataset.id !== query.datasetId || (now !== seen && samplesChanged(library, dataset))) {
      datasetClasses(library, query.datasetId);
      const samples = loadSampleColumns(library, query.datasetId);
      dataset = {
        id: query.datasetId,
        samples,
        withoutRun: emptyRunColumns(samples.length),
        mask: new Uint32Array(samples.length),
        runs: new Map(),
        orders: new Map(),
        views: new Map(),
        targets: new Map(),
      };
    }
    seen = now;
    const run = query.runId === null ? null : followRun(library, dataset, query.runId);
    return { cached: dataset, run };
  }

  function measure(name: string, cached: CachedDataset, run: CachedRun | null): Float32Array {
    if (run === null) return cached.withoutRun.confidence;
    const known = run.measures.get(name) ?? loadMeasure(library, run.id, name, cached.samples);
    run.measures.set(name, known);
    return known;
  }

  function columnsOf(
    query: ViewQuery,
    cached: CachedDataset,
    run: CachedRun | null,
    counted: readonly string[] = [],
  ): ViewColumns {
    const columns = run?.columns ?? cached.withoutRun;
    return {
      samples: cached.samples,
      run: columns,
      chosen: chosen(cached, query.filter.ids),
      textMatches: textMatches(library, cached, query.filter.text),
      target: targets(library, cached, query.filter.target?.protocol, targetClassOf),
      measures: measuresUsed(query.filter, counted).map((name) => ({
        name,
        values: measure(name, cached, run),
        range: query.filter.measures?.[name],
      })),
    };
  }

  function positions(query: ViewQuery): { cached: CachedDataset; run: CachedRun | null; view: Uint32Array } {
    const { cached, run } = current(query);
    const version = run?.version ?? 0;
    const view = remembered(cached.views, KEPT_VIEWS, JSON.stringify([query, version]), () => {
      const columns = columnsOf(query, cached, run);
      const mask = refusals(columns, query.filter, cached.mask);
      const sorted = measureOf(query.sort);
      const ofRun = sorted !== null || RUN_SORTS.includes(query.sort) ? [query.runId, version] : [];
      const name = JSON.stringify([query.sort, ...ofRun]);
      const order = remembered(cached.orders, KEPT_ORDERS, name, () =>
        sorted === null ? orderOf(library, columns, query) : orderBy(measure(sorted, cached, run)),
      );
      return accepted(order, mask, query.descending);
    });
    return { cached, run, view };
  }

  return {
    page(query, offset, limit) {
      const { cached, run, view } = positions(query);
      const shown = view.subarray(offset, offset + limit);
      const ids = Array.from(shown, (position) => cached.samples.ids[position]!);
      const tiles = tilesOf(library, ids, query.runId);
      const sorted = measureOf(query.sort);
      if (sorted === null) return { total: view.length, offset, tiles };
      const values = measure(sorted, cached, run);
      const measured = tiles.map((tile, index) => ({ ...tile, measure: numberOrNull(values[shown[index]!]!) }));
      return { total: view.length, offset, tiles: measured };
    },
    ids(query) {
      const { cached, view } = positions(query);
      return Array.from(view, (position) => cached.samples.ids[position]!);
    },
    facets(query, measures = []) {
      const { cached, run } = current(query);
      const columns = columnsOf(query, cached, run, run === null ? [] : measures);
      const classCount = datasetClasses(library, query.datasetId).length;
      return countFacets(columns, refusals(columns, query.filter, cached.mask), classCount);
    },
    locate(query, sampleId) {
      const { cached, view } = positions(query);
      const index = view.indexOf(positionOf(cached.samples, sampleId));
      return index === -1 ? null : index;
    },
  };
}

const numberOrNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** Changes whenever this or another process has committed something to the library. */
function libraryVersion(library: Library): string {
  const theirs = library.sqlite.pragma('data_version', { simple: true });
  const ours = library.prepare('SELECT total_changes()').pluck().get();
  return `${theirs}.${ours}`;
}

function samplesChanged(library: Library, dataset: CachedDataset): boolean {
  const newest = library.prepare('SELECT max(id) FROM samples WHERE dataset_id = ?').pluck().get(dataset.id);
  return newest !== (dataset.samples.ids[dataset.samples.length - 1] ?? null);
}

function followRun(library: Library, dataset: CachedDataset, runId: number): CachedRun {
  const run = remembered(dataset.runs, KEPT_RUNS, runId, (): CachedRun => {
    const comparable = new Set(getRun(library, runId).classIndices);
    return {
      id: runId,
      columns: emptyRunColumns(dataset.samples.length),
      comparable,
      measures: new Map(),
      newest: 0,
      measured: 0,
      version: 0,
    };
  });
  const newest = readPredictions(library, run, dataset.samples, run.columns, run.newest);
  if (newest !== run.newest) run.version += 1;
  run.newest = newest;
  const measured = measuresRevision(library, runId);
  if (measured !== run.measured) {
    run.measures.clear();
    run.version += 1;
  }
  run.measured = measured;
  return run;
}

function targets(
  library: Library,
  dataset: CachedDataset,
  protocol: string | undefined,
  targetClassOf: TargetClassOf,
): Int16Array | null {
  if (protocol === undefined) return null;
  return remembered(dataset.targets, KEPT_TARGETS, protocol, () => {
    const emotion = datasetClasses(library, dataset.id).map((entry) => entry.emotion);
    return loadTargets(library, dataset.id, dataset.samples, targetClassOf(protocol, emotion));
  });
}

function textMatches(library: Library, dataset: CachedDataset, text: string | undefined): Uint8Array | null {
  if (text === undefined || text === '') return null;
  const ids = library
    .prepare('SELECT id FROM samples WHERE dataset_id = ? AND instr(lower(key), lower(?)) > 0')
    .pluck()
    .all(dataset.id, text) as number[];
  return chosen(dataset, ids);
}

function chosen(dataset: CachedDataset, ids: readonly number[] | undefined): Uint8Array | null {
  if (ids === undefined) return null;
  const found = new Uint8Array(dataset.samples.length);
  for (const id of ids) {
    const at = positionOf(dataset.samples, id);
    if (at !== -1) found[at] = 1;
  }
  return found;
}

/** A small cache that forgets what was used longest ago. */
function remembered<Key, Value>(cache: Map<Key, Value>, kept: number, key: Key, make: () => Value): Value {
  const known = cache.get(key);
  const value = known ?? make();
  cache.delete(key);
  cache.set(key, value);
  if (cache.size > kept) cache.delete(cache.keys().next().value as Key);
  return value;
}
