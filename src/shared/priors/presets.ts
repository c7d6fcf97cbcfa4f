import { UsageError } from '../errors.ts';
import { oneHot } from './presets/one-hot.ts';
import type { PriorPreset } from './presets/preset.ts';
import { publishedFerplus } from './presets/published-ferplus.ts';
import { uniform } from './presets/uniform.ts';
import type { Prior } from './prior.ts';

/** Priors that need no data. A new one is a file and a line here. */
export const PRIOR_PRESETS = [oneHot, uniform, publishedFerplus] as const satisfies readonly PriorPreset[];

/** A preset over classes; `share` is what `uniform` spreads. Throws UsageError for an unknown name or other classes. */
export function presetPrior(name: string, classes: readonly string[], share: number): Prior {
  const preset = PRIOR_PRESETS.find((known) => known.name === name);
  if (preset !== undefined) return preset.make(classes, share);
  const names = PRIOR_PRESETS.map((known) => known.name);
  throw new UsageError(`There is no preset “${name}” of a prior.`, {
    field: 'preset',
    names,
    remedy: `Use one of ${names.join(', ')}.`,
  });
}
