import { z } from 'zod';
import { importSourceSchema } from '../../../shared/contract/imports.ts';
import { ingest } from '../../library/ingest.ts';
import type { JobKind } from './job-kind.ts';

const parametersSchema = importSourceSchema.extend({ name: z.string().min(1) });
export type ImportParameters = z.infer<typeof parametersSchema>;

/** Reads a dataset into the library and results in its report. */
export const importJob = {
  kind: 'import',
  lane: 'disk',
  parametersSchema,
  changes: ['datasets', 'samples'],
  kept: 'The faces imported so far are kept.',
  title: (_library, { name }) => `Import ${name}`,
  async run({ library, parameters, signal, progress, note }) {
    const report = await ingest(library, parameters, { signal, onProgress: progress });
    note({ datasetId: report.datasetId });
    return report;
  },
} as const satisfies JobKind<ImportParameters>;
