import type { EventPublisher } from '@orpc/server';
import type { BackendEvent } from '../../shared/contract/jobs.ts';

export type BackendEvents = EventPublisher<{ event: BackendEvent }>;

/** Tells every watcher that these lists should be read again. */
export function changed(
  events: BackendEvents,
  ...lists: readonly Extract<BackendEvent, { type: 'changed' }>['what'][]
): void {
  for (const what of lists) events.publish('event', { type: 'changed', what });
}
