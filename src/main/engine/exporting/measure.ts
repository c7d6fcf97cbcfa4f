import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { ExportFigures } from '../../../shared/contract/exports.ts';
import { splitSchema } from '../../../shared/entities.ts';
import { EngineError } from '../../../shared/errors.ts';
import type { ModelSpec } from '../../../shared/model-spec.ts';
import { imageOfSample } from '../../library/images.ts';
import { decodeBatch } from '../decode-worker.ts';
import { encodeGraph } from '../onnx/encode.ts';
import type { TensorData } from '../onnx/tensor.ts';
import { inputShape } from '../pipeline.ts';
import { validationMetrics } from '../training/metrics.ts';
import { openReference } from './reference.ts';
import type { ExportRun } from './run.ts';
import type { BatchOutputs, Reference } from './subject.ts';

/** Faces of a split with their class among the model's, as a protocol has it. */
export const labelledSplitSchema = z.object({
  dataset: z.string(),
  split: splitSchema,
  protocol: z.string(),
  votesFiles: z.array(z.string()),
  ids: z.array(z.number().int()),
  labels: z.array(z.number().int()),
});
export type LabelledSplit = z.infer<typeof labelledSplitSchema>;

const BATCH = 32;

/**
 * Figures of the model as it is about to be written, half weights and all, on every face of some splits. Throws
 * EngineError for an image that cannot be read, the signal's reason once it has aborted.
 */
export async function measureModel(run: ExportRun): Promise<readonly ExportFigures[]> {
  const { subject, labelled } = run;
  if (labelled.length === 0) return [];
  const total = labelled.reduce((sum, { ids }) => sum + ids.length, 0);
  const model = await openReference(encodeGraph(subject.fused(subject.spec)), subject.spec, subject.fixedBatch);
  const found: ExportFigures[] = [];
  let done = 0;
  try {
    for (const { ids, labels, ...about } of labelled) {
      const before = done;
      const scores = await scoresOf(run, model, ids, (count) => run.onPhase('measuring', before + count, total));
      const { recall, ...figures } = validationMetrics(scores, labels, subject.spec.classes.length);
      const named = subject.spec.classes.map((name, index) => ({ name, recall: recall[index]! }));
      found.push({ ...about, ...figures, recall: named });
      done += ids.length;
    }
    return found;
  } finally {
    await model.release();
  }
}

/** The first split's figures as a model states them; null where there are none. */
export function metricsOf([first]: readonly ExportFigures[]): ModelSpec['metrics'] {
  if (first === undefined || first.accuracy === null || first.macroF1 === null) return null;
  const { recall: _, accuracy, macroF1, ...rest } = first;
  return { ...rest, accuracy, macroF1 };
}

async function scoresOf(
  { library, subject, signal }: ExportRun,
  model: Reference,
  ids: readonly number[],
  onProgress: (done: number) => void,
): Promise<Float32Array> {
  const classes = subject.spec.classes.length;
  const scores = new Float32Array(ids.length * classes);
  const size = model.fixedBatch ?? BATCH;
  for (let start = 0; start < ids.length; start += size) {
    await setImmediate();
    signal.throwIfAborted();
    const wanted = ids.slice(start, start + size);
    const { data, unreadable } = await decodeBatch(wanted, model.input, (id) => imageOfSample(library, id));
    if (unreadable.length > 0) {
      throw new EngineError(`Face ${unreadable[0]!.sampleId} cannot be read: ${unreadable[0]!.message}`, {
        remedy: 'Put the image files back where they were imported from.',
      });
    }
    const said = await model.run(padded({ dtype: model.input.dtype, shape: [], data }, model, wanted.length));
    scores.set(logitsOf(said).subarray(0, wanted.length * classes), start * classes);
    onProgress(start + wanted.length);
  }
  return scores;
}

/** A batch in the only size that a model takes, its rest zero. */
function padded({ dtype, data }: TensorData, { input, fixedBatch }: Reference, count: number): TensorData {
  const size = fixedBatch ?? count;
  const whole = new (data.constructor as Float32ArrayConstructor)((data.length / count) * size);
  (whole as Float32Array).set(data as Float32Array);
  return { dtype, shape: inputShape(input, size), data: whole };
}

/** Logits up to what a softmax takes no notice of. */
const logitsOf = ({ logits, probabilities }: BatchOutputs): Float32Array =>
  logits === undefined
    ? (probabilities.data as Float32Array).map((share) => Math.log(Math.max(share, Number.MIN_VALUE)))
    : (logits.data as Float32Array);
