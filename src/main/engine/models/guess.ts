import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { ModelError, NotFoundError } from '../../../shared/errors.ts';
import type { GraphSummary, ModelGuess, ModelInput, ModelSpec, TensorInfo } from '../../../shared/model-spec.ts';
import { modelOf } from '../onnx/encode.ts';
import { decodeModel, type ModelProto } from '../onnx/format/proto.ts';
import { summarise } from '../onnx/format/summary.ts';
import { elementNumber } from '../onnx/format/tensor-proto.ts';
import { classNamesIn } from './class-names.ts';
import { findManifest, type Manifest, type OutputRole, readManifest } from './manifest.ts';
import { specInMetadata } from './metadata.ts';
import { graphOfModel, isWeightsAlone } from './runnable.ts';

/** Stands in a guess where the graph leaves a side open; such a side is also listed as missing. */
const PLACEHOLDER_SIDE = 224;
const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const LARGEST_FILE = 2 ** 31 - 1;

/** Collects which fields nobody stated (`guessed`) and which nobody could (`missing`). */
interface Notes {
  readonly guessed: string[];
  readonly missing: string[];
}

/**
 * A model's spec from its manifest (null: the one beside it, if any) and, where that is silent, from the graph and its
 * metadata. The file may also be the weights of a network that its manifest describes. Throws NotFoundError without
 * the file, ModelError if it is no ONNX image classifier.
 */
export function guessModel(file: string, manifestFile: string | null): ModelGuess {
  const found = manifestFile ?? findManifest(file);
  const manifest = found === null ? null : readManifest(found);
  const model = isWeightsAlone(file) ? builtModel(file, manifest) : readModel(file);
  const graph = summarise(model);
  const notes: Notes = { guessed: [], missing: [] };
  const inside = specInMetadata(graph.metadata);
  const spec: Partial<ModelSpec> = {
    name: manifest?.spec.name ?? inside.name ?? nameFrom(file, notes),
    input: guessInput(graph, { ...inside.input, ...manifest?.input }, notes),
    outputs: guessOutputs(model, graph, { ...inside.outputs, ...manifest?.outputs }, notes),
    classes: guessClasses(graph, manifest, notes),
    classOverrides: {},
    licence: '',
    source: '',
    trainedOn: '',
    pipeline: [],
    metrics: null,
    ...withoutPlaces(inside),
    ...manifest?.spec,
  };
  return { file, manifestFile: found, spec, ...notes, graph };
}

/** What is stated besides input and outputs, which are completed one by one, and name and classes, which are not here. */
function withoutPlaces({ input, outputs, name, classes, ...rest }: Partial<ModelSpec>): Partial<ModelSpec> {
  return rest;
}

/** What the graph of a model that is kept as weights alone looks like, without its numbers. */
function builtModel(file: string, manifest: Manifest | null): ModelProto {
  const dtype = manifest?.input.dtype ?? 'uint8';
  const graph = graphOfModel(file, { network: manifest?.spec.network, input: { dtype } });
  return modelOf(graph, (name, { dtype, shape }) => ({ name, dims: shape, dataType: elementNumber(dtype) }));
}

function readModel(file: string): ModelProto {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) throw new NotFoundError(`There is no model file ${file}.`, { file });
  if (stat.size > LARGEST_FILE) {
    throw new ModelError(`${file} is larger than 2 GB, which no ONNX file may be.`, {
      file,
      remedy: 'Export the model with external data.',
    });
  }
  let model: ModelProto | null = null;
  try {
    model = decodeModel(readFileSync(file));
  } catch (error) {
    throw notOnnx(file, error);
  }
  if (model.graph === undefined || model.opsetImport === undefined) throw notOnnx(file);
  return model;
}

function notOnnx(file: string, cause?: unknown): ModelError {
  return new ModelError(`${file} is not an ONNX model, or is cut short.`, { file }, cause);
}

function nameFrom(file: string, notes: Notes): string {
  notes.guessed.push('name');
  return basename(file)
    .replace(/\.onnx$/i, '')
    .replace(/[^\w.@+ -]+/g, '-')
    .slice(0, 120);
}

function guessInput(graph: GraphSummary, stated: Partial<ModelInput>, notes: Notes): ModelInput {
  const tensor = imageInput(graph, stated.name);
  const { shape } = tensor;
  const dtype = stated.dtype ?? dtypeOf(tensor);
  const layout = stated.layout ?? guessLayout(shape, notes);
  const [channelDim, heightDim, widthDim] = layout === 'NCHW' ? shape.slice(1) : [shape[3], shape[1], shape[2]];
  const side = (name: 'width' | 'height', dim: number | string | undefined): number => {
    if (stated[name] !== undefined) return stated[name];
    if (typeof dim === 'number' && dim > 0) return dim;
    notes.missing.push(`input.${name}`);
    return PLACEHOLDER_SIDE;
  };
  const channels = stated.channels ?? channelsOf(channelDim, stated.colour, notes);
  if (channels === 3 && stated.colour === undefined) notes.guessed.push('input.colour');
  return {
    name: tensor.name,
    dtype,
    layout,
    width: side('width', widthDim),
    height: side('height', heightDim),
    colour: stated.colour ?? (channels === 1 ? 'grey' : 'rgb'),
    channels,
    ...guessScaling(dtype, channels, stated, notes),
  };
}

function imageInput(graph: GraphSummary, name: string | undefined): TensorInfo {
  const described = graph.inputs.map((input) => `${input.name} ${input.dtype}[${input.shape.join(', ')}]`);
  const input = graph.inputs[0];
  if (graph.inputs.length !== 1 || input === undefined || input.shape.length !== 4) {
    throw new ModelError('An image classifier takes one input of four dimensions (batch, channels, height, width).', {
      field: 'input',
      names: described,
    });
  }
  if (name !== undefined && name !== input.name) {
    throw new ModelError(`The manifest names the input “${name}”, the graph “${input.name}”.`, {
      field: 'input.name',
      names: described,
    });
  }
  return input;
}

function dtypeOf({ name, dtype }: TensorInfo): ModelInput['dtype'] {
  if (dtype === 'uint8' || dtype === 'float32') return dtype;
  throw new ModelError(`The input “${name}” is ${dtype}; only uint8 and float32 inputs can be fed.`, {
    field: 'input.dtype',
    remedy: 'Export the model with a float32 input; casts can stand inside the graph.',
  });
}

const isChannelCount = (dim: number | string | undefined): dim is 1 | 3 => dim === 1 || dim === 3;

function guessLayout(shape: TensorInfo['shape'], notes: Notes): ModelInput['layout'] {
  if (isChannelCount(shape[1]) !== isChannelCount(shape[3])) return isChannelCount(shape[1]) ? 'NCHW' : 'NHWC';
  notes.guessed.push('input.layout');
  return 'NCHW';
}

function channelsOf(dim: number | string | undefined, colour: ModelInput['colour'] | undefined, notes: Notes): 1 | 3 {
  if (isChannelCount(dim)) return dim;
  if (colour !== undefined) return colour === 'grey' ? 1 : 3;
  notes.guessed.push('input.channels');
  return 3;
}

function guessScaling(
  dtype: ModelInput['dtype'],
  channels: 1 | 3,
  stated: Partial<ModelInput>,
  notes: Notes,
): Pick<ModelInput, 'scale' | 'mean' | 'std'> {
  const spread = (values: readonly number[]): number[] =>
    Array.from({ length: channels }, (_, channel) => values[values.length === 1 ? 0 : channel] ?? values[0]!);
  if (dtype === 'uint8') {
    return { scale: stated.scale ?? 1, mean: spread(stated.mean ?? [0]), std: spread(stated.std ?? [1]) };
  }
  if (stated.scale === undefined) notes.guessed.push('input.scale');
  const plain = channels === 1 || stated.scale !== undefined || stated.mean !== undefined || stated.std !== undefined;
  if (stated.mean === undefined) notes.guessed.push('input.mean');
  if (stated.std === undefined) notes.guessed.push('input.std');
  return {
    scale: stated.scale ?? 1 / 255,
    mean: spread(stated.mean ?? (plain ? [0] : IMAGENET.mean)),
    std: spread(stated.std ?? (plain ? [1] : IMAGENET.std)),
  };
}

const ROLE_PATTERNS: readonly (readonly [OutputRole, RegExp])[] = [
  ['embedding', /embed|feature|pooled|hidden/i],
  ['probabilities', /prob|softmax/i],
  ['logits', /logit|score/i],
];

function guessOutputs(
  model: ModelProto,
  graph: GraphSummary,
  stated: Readonly<Partial<Record<OutputRole, string>>>,
  notes: Notes,
): ModelSpec['outputs'] {
  const roles = { ...stated };
  if (roles.probabilities !== undefined || roles.logits !== undefined) return roles;
  const free = graph.outputs.filter(
    ({ name, dtype, shape }) => dtype === 'float32' && shape.length === 2 && !Object.values(roles).includes(name),
  );
  for (const [role, pattern] of ROLE_PATTERNS) {
    const at = free.findIndex(({ name }) => roles[role] === undefined && pattern.test(name));
    if (at >= 0) roles[role] = free.splice(at, 1)[0]!.name;
  }
  if (roles.probabilities === undefined && roles.logits === undefined && free.length > 0) {
    const { name } = free[0]!;
    roles[endsInSoftmax(model, name) ? 'probabilities' : 'logits'] = name;
  }
  if (roles.probabilities === undefined && roles.logits === undefined) {
    throw new ModelError('The graph has no float32 output of two dimensions (batch, classes).', {
      field: 'outputs',
      names: graph.outputs.map(({ name, dtype, shape }) => `${name} ${dtype}[${shape.join(', ')}]`),
    });
  }
  notes.guessed.push('outputs');
  return roles;
}

function endsInSoftmax(model: ModelProto, output: string): boolean {
  const producer = (model.graph.node ?? []).find((node) => node.output?.includes(output));
  if (producer?.opType === 'Identity') return endsInSoftmax(model, producer.input![0]!);
  return producer?.opType === 'Softmax';
}

function guessClasses(graph: GraphSummary, manifest: Manifest | null, notes: Notes): string[] | undefined {
  if (manifest?.spec.classes !== undefined) return manifest.spec.classes;
  const names = classNamesIn(graph.metadata);
  if (names === null) notes.missing.push('classes');
  return names === null ? undefined : [...names];
}
