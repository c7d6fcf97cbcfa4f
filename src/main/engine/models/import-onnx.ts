import { basename, join } from 'node:path';
import type { OnnxImportReport } from '../../../shared/contract/model-folders.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { ModelSpec } from '../../../shared/model-spec.ts';
import { batchSizeOf } from '../classifier.ts';
import { readModel, writeModel } from '../onnx/format/model-file.ts';
import { gradientObstacle } from '../onnx/gradient-obstacle.ts';
import { inventory } from '../onnx/inventory.ts';
import { fixShapes } from '../onnx/passes/fix-shapes.ts';
import { foldConstants } from '../onnx/passes/fold.ts';
import { compileFile } from '../onnx/run.ts';
import type { TensorData } from '../onnx/tensor.ts';
import { inputShape } from '../pipeline.ts';
import { completeSpec } from './complete.ts';
import { largestBetween } from './difference.ts';
import { inspectModel } from './inspect.ts';
import { randomFaces } from './random-faces.ts';
import { modelFileOf, writePapers } from './write-folder.ts';

/** Random faces by which the file as it came and as it was written again are compared. */
const COMPARED = 4;
/** The file as written again has the same nodes in the same order: what differs more than this is not the same model. */
const TOLERANCE = 1e-4;

/**
 * Reads any tool's classifier into our graph type and writes it again into an empty folder, with manifest and card.
 * Throws ModelError where its predictions on random faces are not the original's, or where its spec is not whole.
 */
export async function importOnnx(
  folder: string,
  file: string,
  manifest: string | null,
  overrides: Partial<ModelSpec>,
): Promise<OnnxImportReport> {
  const guess = await inspectModel(file, manifest, overrides);
  // Its weights, where it was built here, stay where they are.
  const spec = { ...completeSpec(guess, overrides), network: undefined };
  const { name: inputName } = spec.input;
  const graph = readModel(file);
  const written = join(folder, modelFileOf(spec));
  writeModel(graph, written);
  const fixedBatch = batchSizeOf(guess.graph, inputName);
  const compared = fixedBatch ?? COMPARED;
  const difference = await largestDifference(file, written, { [inputName]: randomFaces(spec.input, compared) });
  if (!(difference <= TOLERANCE)) {
    throw new ModelError(
      `Written again, the model’s outputs differ by ${difference.toPrecision(3)} from the original’s.`,
      {
        file,
        remedy: 'Add the file as it is with “models add”.',
      },
    );
  }
  const fixed = foldConstants(fixShapes(graph, { [inputName]: inputShape(spec.input, fixedBatch ?? 1) }));
  const report = {
    unknownOps: inventory(graph).flatMap(({ op, nodes, known }) => (known ? [] : [{ op, nodes }])),
    gradientObstacle: gradientObstacle(fixed),
    difference,
    compared,
  };
  await writePapers(folder, spec, aboutImport(file, graph.origin.producer, report));
  return report;
}

/** Of any element of any output; infinite where only one of the two is a number. */
async function largestDifference(a: string, b: string, feeds: Readonly<Record<string, TensorData>>): Promise<number> {
  const [first, second] = [await outputsOf(a, feeds), await outputsOf(b, feeds)];
  const differences = Object.entries(first).map(([name, { data }]) => largestBetween(data, second[name]!.data));
  return Math.max(0, ...differences);
}

async function outputsOf(file: string, feeds: Readonly<Record<string, TensorData>>) {
  const executable = await compileFile(file);
  try {
    return await executable.run(feeds);
  } finally {
    await executable.release();
  }
}

function aboutImport(
  file: string,
  producer: string,
  { unknownOps, gradientObstacle: obstacle, difference }: OnnxImportReport,
) {
  const passed = unknownOps.map(({ op, nodes }) => `${op} (${nodes})`).join(', ');
  const paragraphs = [
    `Read from \`${basename(file)}\`${producer === '' ? '' : `, which ${producer} wrote`}, and written again; on random faces no output differs by more than ${difference === 0 ? '0' : difference.toExponential(1)}.`,
    unknownOps.length === 0
      ? 'Every op in it is known to Countenance.'
      : `Passed through without being understood: ${passed}.`,
    obstacle === null
      ? 'It can be differentiated in its input.'
      : `It cannot be differentiated in its input: ${obstacle}`,
  ];
  return {
    summary: `\`${basename(file)}\`, imported by Countenance.`,
    sections: [{ title: 'What is inside', paragraphs }],
  };
}
