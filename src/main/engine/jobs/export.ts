import { z } from 'zod';
import { type ExportResult, exportOrderSchema } from '../../../shared/contract/exports.ts';
import { modelSpecSchema } from '../../../shared/model-spec.ts';
import { datasetFaces, drawnFaces } from '../exporting/check-faces.ts';
import { labelledSplitSchema } from '../exporting/measure.ts';
import { exportPlace } from '../exporting/place.ts';
import { nameOf } from '../exporting/plan.ts';
import { EXPORT_PHASES, runExport } from '../exporting/run.ts';
import { findSource, loadSubject } from '../exporting/source.ts';
import type { JobContext, JobKind } from './job-kind.ts';

const parametersSchema = exportOrderSchema.omit({ measure: true }).extend({
  name: modelSpecSchema.shape.name,
  out: z.string().min(1),
  token: z.uuid(),
  version: z.string(),
  labelled: z.array(labelledSplitSchema),
});
export type ExportParameters = z.infer<typeof parametersSchema>;

/** Writes a model for other programs. It runs on the CPU and beside the jobs that train, and ends within seconds. */
export const exportJob = {
  kind: 'export',
  lane: 'disk',
  parametersSchema,
  changes: [],
  kept: 'Nothing of the export is kept; it begins anew.',
  title: (library, { source }) => `Export ${nameOf(findSource(library, source))}`,
  run: exportModel,
} as const satisfies JobKind<ExportParameters>;

async function exportModel({
  library,
  parameters,
  signal,
  progress,
  note,
}: JobContext<ExportParameters>): Promise<ExportResult> {
  const { source, out, check, ...order } = parameters;
  note({ provider: 'cpu' });
  const begun = performance.now();
  return runExport({
    ...order,
    subject: loadSubject(findSource(library, source), { ...order, input: order.input, licence: order.licence }),
    place: exportPlace(out),
    faces: check === null ? drawnFaces() : datasetFaces(library, check),
    signal,
    library,
    onPhase(phase, done = EXPORT_PHASES.indexOf(phase), total = EXPORT_PHASES.length) {
      const isMeasuring = phase === 'measuring' && done > 0;
      const rate = isMeasuring ? done / ((performance.now() - begun) / 1000) : null;
      progress({ phase, done, total, rate, secondsLeft: rate === null ? null : (total - done) / rate });
    },
  });
}
