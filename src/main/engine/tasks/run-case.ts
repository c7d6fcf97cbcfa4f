import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { providerNameSchema } from '../../../shared/entities.ts';
import { runCase } from '../nets/run-case.ts';
import { writeSafetensors } from '../weights/safetensors.ts';
import { checked } from './task.ts';

/** Runs one reference case of a folder and writes what it computed as safetensors. */
export const runNetCase = checked({
  name: 'run-case',
  input: z.object({ folder: z.string(), name: z.string(), out: z.string(), provider: providerNameSchema }),
  async perform({ folder, name, out, provider }) {
    const begun = performance.now();
    const result = await runCase(folder, name, { provider });
    mkdirSync(dirname(out), { recursive: true });
    writeSafetensors(out, result);
    return {
      file: out,
      provider,
      seconds: (performance.now() - begun) / 1000,
      tensors: [...result].map(([key, { dtype, shape }]) => ({ name: key, dtype, shape })),
    };
  },
});
