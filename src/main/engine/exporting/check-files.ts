import { join } from 'node:path';
import type { ExportCheck } from '../../../shared/contract/exports.ts';
import { ModelError } from '../../../shared/errors.ts';
import { runnable } from '../models/runnable.ts';
import { compareOutputs, outputsOf } from './compare.ts';
import { openChain, openReference } from './reference.ts';
import type { ExportPhase, ExportRun } from './run.ts';
import type { BatchOutputs, Reference } from './subject.ts';
import type { WrittenFiles } from './write-files.ts';

const TOLERANCE = { float32: 1e-4, half: 0.02 } as const;

/**
 * Runs the trained model, the files as they are on disk and, one after another, their stages on the same faces. Throws
 * ModelError where a probability differs by more than the tolerance.
 */
export async function checkFiles(
  run: ExportRun,
  { unfinished, spec, written, stages }: WrittenFiles,
  enter: (phase: ExportPhase) => Promise<void>,
): Promise<ExportCheck> {
  const { subject, faces, signal } = run;
  const said = async (model: Reference): Promise<BatchOutputs> => {
    try {
      return await outputsOf(model, faces, signal);
    } finally {
      await model.release();
    }
  };
  const tolerance = run.tolerance ?? (run.half ? TOLERANCE.half : TOLERANCE.float32);
  await enter('running the trained model');
  const expected = await said(await subject.reference());
  await enter('reading back and comparing');
  const main = runnable(join(unfinished, written[0]!.name), spec);
  const found = compareOutputs(expected, await said(await openReference(main, spec, subject.fixedBatch)));
  refuseDifferent('The exported model', found.maxDifference, tolerance);
  const chained =
    stages.length === 0
      ? null
      : compareOutputs(
          expected,
          await said(
            await openChain(
              stages.map(({ file }) => file),
              spec,
            ),
          ),
        );
  if (chained !== null) refuseDifferent('The chain of its stages', chained.maxDifference, tolerance);
  return {
    faces: faces.count,
    dataset: faces.dataset,
    split: faces.split,
    ...found,
    outputs: [...found.outputs],
    tolerance,
    stages: chained?.maxDifference ?? null,
  };
}

function refuseDifferent(what: string, difference: number, tolerance: number): void {
  if (difference <= tolerance) return;
  throw new ModelError(
    `${what} gives probabilities that differ by up to ${difference.toPrecision(3)} from the trained model’s; at most ${tolerance} is allowed.`,
    {
      field: 'tolerance',
      kept: 'Nothing was written.',
      remedy: 'Export it without half weights or in another operator set, or allow more with --tolerance.',
    },
  );
}
