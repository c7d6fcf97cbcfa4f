import { faceLabels } from '../library/current-labels.ts';
import type { Library } from '../library/db.ts';
import { eventsAfter, newestEvent } from '../library/label-history.ts';
import type { BackendEvents } from './events.ts';

const LOOK_EVERY_MS = 500;
const MOST_AT_ONCE = 1000;

/** Tells every watcher of labels as they are set, by this process or another one with the same library. */
export interface LabelWatch {
  /** Tells at once of what is new in the log. */
  look(): void;
  stop(): void;
}

/** Looks into the log now and then, for what other processes wrote. */
export function watchLabels(library: Library, events: BackendEvents): LabelWatch {
  let known = newestEvent(library);
  const look = (): void => {
    const found = eventsAfter(library, known, MOST_AT_ONCE);
    if (found.length === 0) return;
    known = found.at(-1)!.id;
    const ids = [...new Set(found.map(({ sampleId }) => sampleId))];
    events.publish('event', { type: 'labels', faces: faceLabels(library, ids) });
    if (found.length === MOST_AT_ONCE) look();
  };
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return { look, stop: () => clearInterval(timer) };
}
