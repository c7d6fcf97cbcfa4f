import { z } from 'zod';
import { GraphError } from '../../../shared/errors.ts';
import type { Value } from '../onnx/graph.ts';
import { clip } from '../onnx/ops/activations.ts';
import { add, mul } from '../onnx/ops/arithmetic.ts';
import { cast } from '../onnx/ops/comparison.ts';
import { resize } from '../onnx/ops/resize.ts';
import { reshape } from '../onnx/ops/shaping.ts';
import { concat } from '../onnx/ops/slicing.ts';
import { multiplyDim } from '../onnx/shape.ts';
import { tensorOf } from '../onnx/tensor.ts';
import { findBackbone } from './backbones/index.ts';
import { HEADS, paperHead } from './heads.ts';
import type { NetDefinition, NetOutputs, NetStage } from './net.ts';
import { configFor } from './registry.ts';
import { resizer } from './resizer.ts';
import type { Scope } from './scope.ts';
import { stn } from './stn.ts';
import { findSuperResolution } from './super-resolution/index.ts';

/** A network within the classifier, its kind and what its config says besides sizes and classes. */
const part = z.strictObject({ kind: z.string(), config: z.record(z.string(), z.unknown()).default({}) });
const channelValues = <Item extends z.ZodType>(item: Item) => z.tuple([item, item, item]);

const config = z.strictObject({
  /** Side of the square face as it is given, in pixels. */
  input: z.int().positive().default(48),
  channels: z.literal([1, 3]).default(1),
  /** Enlarges the face before all else; the result is kept within [0, 1]. */
  sr: part.nullable().default(null),
  /** (x − mean) ÷ std for red, green and blue; a grey face is taken for all three. */
  normalise: z
    .strictObject({ mean: channelValues(z.number()), std: channelValues(z.number().positive()) })
    .default({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }),
  stn: z.boolean().default(false),
  /** What brings the face to the backbone's size. */
  resizer: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('none') }),
      z.strictObject({ kind: z.literal('bilinear') }),
      z.strictObject({
        kind: z.literal('resizer'),
        n: z.int().positive().default(16),
        r: z.int().nonnegative().default(1),
      }),
    ])
    .default({ kind: 'none' }),
  backbone: part,
  head: z.enum(HEADS).default('plain'),
  num_classes: z.int().positive().default(8),
});

export type ClassifierConfig = z.infer<typeof config>;

/**
 * The whole way from a face to logits, keys under `sr.`, `stn.`, `resizer.`, `backbone.` and, for the paper's head,
 * `head.`. The input is N×1 or 3×H×W: float32 in [0, 1] or uint8. Throws GraphError where a size does not fit the next.
 */
export const classifier: NetDefinition<ClassifierConfig> = {
  kind: 'classifier',
  config,
  inputShape: ({ channels, input }) => [channels, input, input],
  build: (scope, config, pixels) => {
    const prepared = prepare(scope, config, pixels);
    const face = resizedFace(scope, config, prepared.face);
    const { output, embedding } = classified(scope, config, face);
    const isResized = config.resizer.kind === 'resizer' || sideOf(face) !== sideOf(prepared.face);
    const stages = [
      ...prepared.stages,
      ...(isResized ? [{ name: 'resizer', output: face }] : []),
      ...(embedding === undefined ? [] : [{ name: 'backbone', output: embedding }]),
      { name: embedding === undefined ? 'backbone' : 'head', output },
    ];
    return embedding === undefined ? { output, stages } : { output, embedding, stages };
  },
};

/** Its first stage: what the resizer takes, N×1 or 3×S×S, enlarged, normalised and straightened. */
export const preparedFace = (scope: Scope, config: ClassifierConfig, pixels: Value): Value =>
  prepare(scope, config, pixels).face;

/** The same with the parts that it has. */
function prepare(scope: Scope, config: ClassifierConfig, pixels: Value) {
  const stages: NetStage[] = [];
  let face = pixels.dtype === 'uint8' ? mul(cast(pixels, 'float32'), 1 / 255) : pixels;
  if (config.sr !== null) {
    face = enlarged(scope.at('sr'), config.sr, face);
    stages.push({ name: 'sr', output: face });
  }
  face = normalised(face, config.normalise);
  if (config.stn) {
    face = stn.build(scope.at('stn'), { input: sideOf(face), channels: 3 }, coloured(face)).output;
    stages.push({ name: 'stn', output: face });
  }
  return { face, stages };
}

const sideOf = (x: Value): number => x.shape[2] as number;

/** Networks for grey images enlarge the channels of a coloured one each on its own. */
function enlarged(scope: Scope, { kind, config }: z.infer<typeof part>, x: Value): Value {
  const net = findSuperResolution(kind);
  const [batch, channels, side] = [x.shape[0]!, x.shape[1] as number, sideOf(x)];
  const settings = configFor(net, { ...config, input: side });
  const [wanted] = net.inputShape(settings);
  const grey = wanted < channels;
  const fitting = grey ? reshape(x, [multiplyDim(batch, channels), 1, side, side]) : withChannels(x, wanted);
  const { output } = net.build(scope, settings, fitting);
  const result = grey ? reshape(output, [batch, channels, sideOf(output), sideOf(output)]) : output;
  return clip(result, 0, 1);
}

const withChannels = (x: Value, count: number): Value =>
  x.shape[1] === count
    ? x
    : concat(
        Array.from({ length: count }, () => x),
        1,
      );

/** A grey face stays one channel where all three would be alike. */
function normalised(x: Value, { mean, std }: ClassifierConfig['normalise']): Value {
  if (x.shape[1] === 1 && isGrey(mean) && isGrey(std)) return add(mul(x, 1 / std[0]), -mean[0] / std[0]);
  const channels = (values: readonly number[]): Value => x.graph.constant(tensorOf('float32', [1, 3, 1, 1], values));
  const factors = std.map((deviation) => 1 / deviation);
  return add(mul(x, channels(factors)), channels(mean.map((value, channel) => -value * factors[channel]!)));
}

const isGrey = ([red, green, blue]: readonly number[]): boolean => red === green && green === blue;

/** The three channels that a grey image stands for. */
const coloured = (x: Value): Value => (x.shape[1] === 1 ? concat([x, x, x], 1) : x);

/** Its last stage: N×3×side×side images of the backbone's size to logits, with the embedding. */
export function classified(scope: Scope, config: ClassifierConfig, image: Value): NetOutputs {
  const { net, settings, plain } = backboneOf(config);
  const { output, embedding } = net.build(scope.at('backbone'), settings, image);
  const logits = plain ? output : paperHead(scope.at('head'), output, config.num_classes);
  return embedding === undefined ? { output: logits } : { output: logits, embedding };
}

function backboneOf({ backbone: { kind, config: given }, head, num_classes }: ClassifierConfig) {
  const net = findBackbone(kind);
  const plain = head === 'plain';
  return { net, settings: configFor(net, { ...given, num_classes: plain ? num_classes : 0 }), plain };
}

/** The side of the square image that the backbone takes, in pixels. */
export function backboneSide(config: ClassifierConfig): number {
  const { net, settings } = backboneOf(config);
  return net.inputShape(settings)[2];
}

/** Its middle stage: a prepared face at the backbone's size, N×3×side×side. */
export function resizedFace(scope: Scope, config: ClassifierConfig, face: Value): Value {
  const { kind, ...settings } = config.resizer;
  const [input, side] = [sideOf(face), backboneSide(config)];
  if (kind === 'resizer') {
    return resizer.build(scope.at('resizer'), configFor(resizer, { ...settings, input, output: side }), face).output;
  }
  if (input === side) return coloured(face);
  if (kind === 'bilinear') return coloured(resize(face, [side, side], { mode: 'linear' }));
  throw new GraphError(
    `The backbone takes faces of ${side}×${side} pixels, not ${input}×${input}; choose a resizer or bilinear resizing.`,
  );
}
