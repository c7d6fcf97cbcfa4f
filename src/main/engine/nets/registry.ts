import { z } from 'zod';
import { UsageError } from '../../../shared/errors.ts';
import type { NetDefinition } from './net.ts';

/** A kind of network whose config is not known before it is checked: what can be found by name. */
export type AnyNet = NetDefinition<unknown>;

/** Hides a definition's config type, so that kinds can stand in one list. Only `config.parse` makes what `build` takes. */
export const anyNet = <Config>(definition: NetDefinition<Config>): AnyNet => definition as unknown as AnyNet;

/** The network of that kind. Throws UsageError naming the kinds there are. */
export function findKind(nets: readonly AnyNet[], kind: string, what: string): AnyNet {
  const found = nets.find((net) => net.kind === kind);
  if (found !== undefined) return found;
  const names = nets.map((net) => net.kind);
  throw new UsageError(`There is no ${what} “${kind}”.`, { names, remedy: `Choose one of ${names.join(', ')}.` });
}

/** The config with its defaults. Throws UsageError naming the fields that do not fit. */
export function configFor<Config>(definition: NetDefinition<Config>, config: unknown): Config {
  const parsed = definition.config.safeParse(config);
  if (parsed.success) return parsed.data;
  throw new UsageError(`The config does not fit a ${definition.kind}: ${z.prettifyError(parsed.error)}`);
}
