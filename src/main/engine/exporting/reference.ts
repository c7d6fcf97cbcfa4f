import type { ModelSpec } from '../../../shared/model-spec.ts';
import { type Executable, load } from '../onnx/run.ts';
import type { TensorData } from '../onnx/tensor.ts';
import { softmax } from '../pipeline.ts';
import type { BatchOutputs, Reference } from './subject.ts';

/** A model's file, or its bytes, in ONNX Runtime on the CPU. Throws GraphError where it cannot be loaded. */
export async function openReference(
  model: string | Uint8Array,
  { input, outputs }: Pick<ModelSpec, 'input' | 'outputs'>,
  fixedBatch: number | null,
): Promise<Reference> {
  const executable = await load(model);
  return {
    input,
    fixedBatch,
    async run(faces) {
      const found = await executable.run({ [input.name]: faces }, Object.values(outputs));
      const named = Object.fromEntries(Object.entries(outputs).map(([role, name]) => [role, found[name]!]));
      return withProbabilities(named);
    },
    release: () => executable.release(),
  };
}

/** Files of a model's parts as one model: what a part computes is fed to the next by its name. */
export async function openChain(files: readonly string[], { input }: Pick<ModelSpec, 'input'>): Promise<Reference> {
  const parts: Executable[] = [];
  const release = async (): Promise<void> => {
    for (const part of parts) await part.release();
  };
  try {
    for (const file of files) parts.push(await load(file));
  } catch (error) {
    await release();
    throw error;
  }
  return {
    input,
    fixedBatch: null,
    async run(faces) {
      let handed: Record<string, TensorData> = { [input.name]: faces };
      for (const part of parts) handed = await part.run(handed);
      return withProbabilities(handed);
    },
    release,
  };
}

function withProbabilities(named: Readonly<Partial<Record<keyof BatchOutputs, TensorData>>>): BatchOutputs {
  const { probabilities, logits } = named;
  return { ...named, probabilities: probabilities ?? rowsOfShares(logits!) };
}

function rowsOfShares({ dtype, shape, data }: TensorData): TensorData {
  const width = shape.at(-1)!;
  const shares = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += width) {
    shares.set(softmax((data as Float32Array).subarray(start, start + width)), start);
  }
  return { dtype, shape, data: shares };
}
