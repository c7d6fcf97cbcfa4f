import type { ModelSpec } from '../../../shared/model-spec.ts';
import { compileFile } from '../onnx/run.ts';
import type { TensorData } from '../onnx/tensor.ts';
import { softmax } from '../pipeline.ts';
import type { BatchOutputs, Reference } from './subject.ts';

/** A model's file in ONNX Runtime, on the CPU. Throws GraphError where it cannot be loaded. */
export async function openReference(
  file: string,
  { input, outputs }: Pick<ModelSpec, 'input' | 'outputs'>,
  fixedBatch: number | null,
): Promise<Reference> {
  const executable = await compileFile(file);
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
