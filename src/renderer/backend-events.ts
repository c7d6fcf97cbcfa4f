import { createEventHook, tryOnScopeDispose } from '@vueuse/core';
import type { BackendEvent } from '../shared/contract/jobs.ts';
import { client, connection } from './client.ts';

type Changed = Extract<BackendEvent, { type: 'changed' }>['what'];
export const EVERYTHING: readonly Changed[] = [
  'datasets',
  'models',
  'runs',
  'jobs',
  'samples',
  'trainings',
  'queues',
  'labelVersions',
  'priors',
];

const PAUSE = 1000;
const events = createEventHook<BackendEvent>();
let watching = false;

/** Calls back for every backend event; the listener leaves with its component. */
export const onBackendEvent = events.on;

/** Calls back when one of these lists should be read again, once for each event; also after a lost connection. */
export function onBackendChange(what: readonly Changed[], listener: (what: Changed) => void): void {
  const { off } = events.on((event) => {
    if (event.type === 'changed' && what.includes(event.what)) listener(event.what);
  });
  tryOnScopeDispose(off);
}

const announceAll = (): void => {
  for (const what of EVERYTHING) void events.trigger({ type: 'changed', what });
};

/** Follows `jobs.watch` for the life of the page; after any loss it subscribes again and has every list read anew. */
export async function watchBackend(): Promise<never> {
  if (watching) throw new Error('The backend is already being watched.');
  watching = true;
  for (;;) {
    try {
      const stream = await client.jobs.watch();
      announceAll();
      for await (const event of stream) void events.trigger(event);
    } catch {
      if (connection.isOpen()) await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}
