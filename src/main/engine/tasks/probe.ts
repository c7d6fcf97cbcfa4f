import { z } from 'zod';
import { providerNameSchema } from '../../../shared/entities.ts';
import { probeProvider } from '../probe.ts';
import { checked } from './task.ts';

/** Tries one execution provider against the CPU's numbers. */
export const probe = checked({
  name: 'probe',
  input: z.object({ provider: providerNameSchema }),
  perform: ({ provider }) => probeProvider(provider),
});
