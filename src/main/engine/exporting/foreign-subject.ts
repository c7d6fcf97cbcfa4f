import { basename } from 'node:path';
import { UsageError } from '../../../shared/errors.ts';
import type { Model, ModelInput, ModelSpec } from '../../../shared/model-spec.ts';
import { batchSizeOf } from '../classifier.ts';
import { metadataOf } from '../models/metadata.ts';
import { readModel } from '../onnx/format/model-file.ts';
import type { Graph, GraphOrigin, Value } from '../onnx/graph.ts';
import { add, mul } from '../onnx/ops/arithmetic.ts';
import { cast } from '../onnx/ops/comparison.ts';
import { transpose } from '../onnx/ops/shaping.ts';
import { softmax } from '../onnx/ops/softmax.ts';
import { rebuild } from '../onnx/passes/rebuild.ts';
import { storeHalf } from '../onnx/passes/store-half.ts';
import { tensorOf } from '../onnx/tensor.ts';
import { halfOf } from '../weights/half.ts';
import { openReference } from './reference.ts';
import type { ExportSubject, SubjectOptions } from './subject.ts';

/** Smaller tensors of another tool's graph may be settings of an op rather than weights. */
const SMALLEST_HALVED = 1024;

/** A model of another tool: its own graph, with another input, half weights and the probabilities where asked for. */
export function foreignSubject(model: Model, options: SubjectOptions): ExportSubject {
  const { file, spec: known } = model;
  const input = inputFor(known.input, options.input);
  const hasProbabilities = known.outputs.probabilities !== undefined;
  const spec: ModelSpec = {
    ...known,
    name: options.name,
    licence: options.licence ?? known.licence,
    input,
    outputs: hasProbabilities ? known.outputs : { probabilities: 'probabilities', ...known.outputs },
    network: undefined,
  };
  return {
    spec,
    summary: `\`${basename(file)}\`, exported by Countenance.`,
    sections:
      known.pipeline.length === 0
        ? []
        : [{ title: 'What is inside', paragraphs: [known.pipeline.map((step) => `- ${step}`).join('\n')] }],
    weights: null,
    fixedBatch: batchSizeOf(model.graph, known.input.name),
    opset: model.graph.opset,
    parameters: model.graph.parameters,
    fused: (said) => rewritten(readModel(file), known, said, options),
    stages: () => {
      throw new UsageError(`The parts of “${known.name}” are not known: it was not built here.`, {
        field: 'stages',
        remedy: 'Export it without its stages.',
      });
    },
    reference: () => openReference(file, known, batchSizeOf(model.graph, known.input.name)),
  };
}

/** Another input takes the pixels as they are: the model's own scaling then stands in the graph. */
function inputFor(own: ModelInput, wanted: SubjectOptions['input']): ModelInput {
  if (wanted === undefined || wanted === own.dtype) return own;
  const each = (value: number): number[] => Array.from({ length: own.channels }, () => value);
  const scale = wanted === 'uint8' ? 1 : 1 / 255;
  return { ...own, name: 'face', dtype: wanted, layout: 'NCHW', scale, mean: each(0), std: each(1) };
}

function rewritten(graph: Graph, known: ModelSpec, spec: ModelSpec, { half, version }: SubjectOptions): Graph {
  const metadata = { ...graph.origin.metadata, ...metadataOf(spec, version) };
  const fed = withInput(graph, known.input, spec.input, { ...graph.origin, metadata });
  const { logits, probabilities } = known.outputs;
  if (probabilities === undefined) fed.output('probabilities', softmax(fed.outputs.get(logits!)!, -1));
  if (!half) return fed;
  return storeHalf(fed, ({ constant }) => (constant!.data.length < SMALLEST_HALVED ? null : halfOf(constant!)));
}

function withInput(graph: Graph, own: ModelInput, wanted: ModelInput, origin: GraphOrigin): Graph {
  if (own === wanted) return rebuild(graph, { origin });
  const old = graph.inputs.find(({ name }) => name === own.name)!;
  if (old.type === null) {
    throw new UsageError(`The model’s input “${own.name}” has no fixed sides, so it cannot be given another one.`, {
      field: 'input',
      remedy: 'Export it with the input that it has.',
    });
  }
  const { channels, height, width } = wanted;
  const [batch] = old.shape;
  return rebuild(graph, {
    origin,
    substitute: (value, target) =>
      value === old ? prepared(target.input(wanted.name, wanted.dtype, [batch!, channels, height, width]), own) : null,
  });
}

/** Pixels from 0 to 255, or from 0 to 1, as the model takes them: (byte · scale − mean) ÷ std in its layout and type. */
function prepared(face: Value, { scale, mean, std, layout, dtype }: ModelInput): Value {
  const bytes = face.dtype === 'uint8' ? cast(face, 'float32') : mul(face, 255);
  const perChannel = (values: readonly number[]): Value =>
    face.graph.constant(tensorOf('float32', [1, values.length, 1, 1], values));
  const factors = std.map((deviation) => scale / deviation);
  const offsets = std.map((deviation, channel) => -mean[channel]! / deviation);
  const scaled = add(mul(bytes, perChannel(factors)), perChannel(offsets));
  const placed = layout === 'NHWC' ? transpose(scaled, [0, 2, 3, 1]) : scaled;
  return dtype === 'uint8' ? cast(add(placed, 0.5), 'uint8') : placed;
}
