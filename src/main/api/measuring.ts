import { setImmediate } from 'node:timers/promises';
import type { ViewQuery } from '../../shared/entities.ts';
import { MEASURE_NAMES, measureSome, refuseUnknownMeasures } from '../analysis/measure-run.ts';
import type { Library } from '../library/db.ts';
import { measuresRevision } from '../library/measures.ts';
import { measureOf } from '../library/view-measures.ts';

/** Faces measured before other calls get their turn. */
const SLICE = 1_000;

/** Keeps the measures of runs up to date with their predictions and with the labels. */
export interface Measuring {
  /** Resolves when every face that the run has predicted is measured. Throws NotFoundError for an unknown run. */
  ready(runId: number): Promise<void>;
  /** The same for a view, where it filters, sorts or counts by measures. Throws UsageError for an unknown one. */
  readyFor(query: ViewQuery, counted?: readonly string[]): Promise<void>;
  /** Stops after the slice at hand. */
  close(): Promise<void>;
}

/** Measures in slices, so that a long run holds up nobody; calls for the same run share the work. */
export function createMeasuring(library: Library): Measuring {
  const working = new Map<number, Promise<void>>();
  const known = new Map<number, string>();
  let closed = false;

  async function measure(runId: number): Promise<void> {
    for (;;) {
      const state = stateOf(library, runId);
      if (known.get(runId) === state) return;
      if (closed) return;
      if (measureSome(library, runId, SLICE) === 0) {
        known.set(runId, stateOf(library, runId));
        return;
      }
      await setImmediate();
    }
  }

  function ready(runId: number): Promise<void> {
    const begun = working.get(runId);
    if (begun !== undefined) return begun;
    const work = measure(runId).finally(() => working.delete(runId));
    working.set(runId, work);
    return work;
  }

  return {
    ready,
    async readyFor(query, counted = []) {
      const sort = measureOf(query.sort);
      const names = [...Object.keys(query.filter.measures ?? {}), ...counted, ...(sort === null ? [] : [sort])];
      refuseUnknownMeasures(names);
      if (names.length > 0 && query.runId !== null) await ready(query.runId);
    },
    async close() {
      closed = true;
      await Promise.allSettled(working.values());
    },
  };
}

/** Differs whenever a prediction came, or a label changed, or the measures themselves did. */
function stateOf(library: Library, runId: number): string {
  const newest = library.prepare('SELECT max(id) FROM predictions').pluck().get();
  return `${newest} ${measuresRevision(library, runId)} ${MEASURE_NAMES.join()}`;
}
