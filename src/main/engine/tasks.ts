import { z } from 'zod';
import { providerNameSchema } from '../../shared/entities.ts';
import { UsageError } from '../../shared/errors.ts';
import { modelSpecSchema } from '../../shared/model-spec.ts';
import { inspectModel } from './models/inspect.ts';
import { probeProvider } from './probe.ts';

const probeInput = z.object({ provider: providerNameSchema });
const inspectInput = z.object({
  file: z.string(),
  manifest: z.string().nullable(),
  overrides: modelSpecSchema.partial(),
});

/** Does one short task by name, in this process: `probe` a provider, or `inspect` a model's file. */
export function performTask(task: string, input: unknown): Promise<unknown> {
  if (task === 'probe') return probeProvider(probeInput.parse(input).provider);
  if (task === 'inspect') {
    const { file, manifest, overrides } = inspectInput.parse(input);
    return inspectModel(file, manifest, overrides);
  }
  throw new UsageError(`The engine has no task “${task}”.`);
}
