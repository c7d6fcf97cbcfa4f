import { setImmediate } from 'node:timers/promises';
import type { ExportFormat, ExportResult } from '../../../shared/contract/exports.ts';
import type { Library } from '../../library/db.ts';
import type { CheckFaces } from './check-faces.ts';
import { checkFiles } from './check-files.ts';
import { type LabelledSplit, measureModel, metricsOf } from './measure.ts';
import { writeExportPapers } from './papers.ts';
import { beginExport, type ExportPlace, exportNames } from './place.ts';
import type { ExportSubject } from './subject.ts';
import { writeExportFiles } from './write-files.ts';

export interface ExportRun {
  readonly subject: ExportSubject;
  readonly place: ExportPlace;
  /** This export's own, by which a later attempt finds what a killed one left. */
  readonly token: string;
  readonly format: ExportFormat;
  readonly stages: boolean;
  readonly weights: boolean;
  readonly half: boolean;
  readonly force: boolean;
  readonly faces: CheckFaces;
  /** Splits to measure the model on, with the class of each face. */
  readonly labelled: readonly LabelledSplit[];
  /** Null: 1e-4, and 0.02 with half weights. */
  readonly tolerance: number | null;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly library: Library;
  onPhase(phase: ExportPhase, done?: number, total?: number): void;
}

export const EXPORT_PHASES = [
  'measuring',
  'writing',
  'running the trained model',
  'reading back and comparing',
  'describing',
] as const;
export type ExportPhase = (typeof EXPORT_PHASES)[number];

/**
 * Writes a trained model's files beside their place, reads them back, compares what they say of a batch with the model
 * as it was trained, and only then puts them in place with their card. Throws ModelError where they differ too much,
 * ConflictError where the place is taken, the signal's reason once it has aborted; then nothing is left.
 */
export async function runExport(run: ExportRun): Promise<ExportResult> {
  const { subject, place, format } = run;
  const begun = performance.now();
  const names = exportNames(place, subject.spec);
  const draft = beginExport(place, run.token);
  const enter = async (phase: ExportPhase): Promise<void> => {
    run.onPhase(phase);
    await setImmediate();
    run.signal.throwIfAborted();
  };
  try {
    if (run.labelled.length > 0) await enter('measuring');
    const measured = await measureModel(run);
    await enter('writing');
    const metrics = metricsOf(measured) ?? subject.spec.metrics;
    const written = await writeExportFiles(run, names, metrics, draft.unfinished);
    const check = await checkFiles(run, written, enter);
    await enter('describing');
    const papers = await writeExportPapers({ ...run, ...subject, ...written, names, check, measured });
    draft.publish(run.force);
    return {
      name: written.spec.name,
      format,
      folder: place.folder,
      files: [...papers.files],
      check,
      maxDifference: check.maxDifference,
      measured: [...measured],
      card: papers.card,
      usage: papers.usage,
      opset: subject.opset,
      parameters: subject.parameters,
      seconds: (performance.now() - begun) / 1000,
    };
  } finally {
    draft.discard();
  }
}
