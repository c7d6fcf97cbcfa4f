import type { ProviderName } from '../../shared/entities.ts';
import { ModelError } from '../../shared/errors.ts';
import type { GraphSummary, ModelSpec } from '../../shared/model-spec.ts';
import { runnable } from './models/runnable.ts';
import { faceLength, inputArray, inputShape, softmax } from './pipeline.ts';
import { openSession, type Session } from './session.ts';

/** What a classifier says of one face; probabilities over the model's classes. */
export interface FaceOutput {
  readonly probabilities: Float32Array;
  readonly embedding: Float32Array | null;
}

/** A loaded model that speaks in faces. */
export interface Classifier {
  readonly session: Session;
  /** Runs `count` faces laid out as `writeFace` writes them. Throws ModelError for numbers that are not finite. */
  classify(data: Uint8Array | Float32Array, count: number): Promise<readonly FaceOutput[]>;
  release(): Promise<void>;
}

export interface ClassifierOptions {
  readonly file: string;
  readonly spec: ModelSpec;
  /** The only batch size the graph takes, or null if any. */
  readonly fixedBatch: number | null;
  readonly provider: ProviderName;
}

/** The batch size a graph insists on, or null where its first dimension is a symbol. */
export function batchSizeOf(graph: GraphSummary, inputName: string): number | null {
  const first = graph.inputs.find(({ name }) => name === inputName)?.shape[0];
  return typeof first === 'number' && first > 0 ? first : null;
}

/** Loads a model on one provider as a classifier. Throws ModelError, ProviderError. */
export async function openClassifier(options: ClassifierOptions): Promise<Classifier> {
  const { spec, fixedBatch } = options;
  const session = await openSession(runnable(options.file, spec), options.provider);
  const { probabilities, logits, embedding } = spec.outputs;
  const scores = (probabilities ?? logits)!;
  const wanted = embedding === undefined ? [scores] : [scores, embedding];
  return {
    session,
    async classify(data, count) {
      const size = fixedBatch ?? count;
      const feed = { dtype: spec.input.dtype, data: padded(data, size, spec), shape: inputShape(spec.input, size) };
      const outputs = await session.run({ [spec.input.name]: feed }, wanted);
      const classes = rowsOf(outputs[scores]!.data, size, scores);
      const vectors = embedding === undefined ? null : rowsOf(outputs[embedding]!.data, size, embedding);
      return classes.slice(0, count).map((row, index) => {
        refuseWidth(row, spec, scores);
        refuseNonsense(row, scores);
        const shares = probabilities === undefined ? softmax(row) : row;
        return { probabilities: shares, embedding: vectors?.[index] ?? null };
      });
    },
    release: () => session.release(),
  };
}

function padded(data: Uint8Array | Float32Array, size: number, spec: ModelSpec): Uint8Array | Float32Array {
  if (data.length === size * faceLength(spec.input)) return data;
  const whole = inputArray(spec.input, size);
  whole.set(data);
  return whole;
}

function rowsOf(data: Float32Array, count: number, output: string): readonly Float32Array[] {
  const width = data.length / count;
  if (!Number.isInteger(width)) {
    throw new ModelError(`The output “${output}” does not hold one row for each face.`, { field: 'outputs' });
  }
  return Array.from({ length: count }, (_, row) => data.subarray(row * width, (row + 1) * width));
}

function refuseWidth(row: Float32Array, spec: ModelSpec, output: string): void {
  if (row.length === spec.classes.length) return;
  throw new ModelError(`The output “${output}” has ${row.length} classes, the list names ${spec.classes.length}.`, {
    field: 'classes',
  });
}

function refuseNonsense(row: Float32Array, output: string): void {
  if (row.every(Number.isFinite)) return;
  throw new ModelError(`The output “${output}” holds a number that is not finite.`, {
    field: 'outputs',
    remedy: 'Try another provider; if the CPU gives the same, the model itself is at fault.',
  });
}
