import type { OpDefinition } from '../op.ts';
import { Clip, Elu, Erf, Gelu, HardSigmoid, LeakyRelu, PRelu, Relu, Sigmoid, Softplus, Tanh } from './activations.ts';
import { Abs, Add, Div, Exp, Log, Max, Min, Mul, Neg, Pow, Reciprocal, Sqrt, Sub } from './arithmetic.ts';
import {
  And,
  Cast,
  Ceil,
  Equal,
  Floor,
  Greater,
  GreaterOrEqual,
  IsNaN,
  Less,
  LessOrEqual,
  Mod,
  Not,
  Or,
  Round,
  Sign,
  Where,
} from './comparison.ts';
import { Conv, ConvTranspose } from './conv.ts';
import { DepthToSpace, SpaceToDepth } from './depth-and-space.ts';
import { Gather, GatherElements, GatherND } from './gathering.ts';
import { Constant, ConstantOfShape, Range, ShapeOf, Size } from './generating.ts';
import { GridSample } from './grid-sample.ts';
import { LayerNormalization } from './layer-normalization.ts';
import { Gemm, MatMul } from './matmul.ts';
import { BatchNormalization, InstanceNormalization } from './normalization.ts';
import { Pad } from './padding.ts';
import { AveragePool, GlobalAveragePool, GlobalMaxPool, MaxPool } from './pooling.ts';
import {
  ArgMax,
  ArgMin,
  ReduceL1,
  ReduceL2,
  ReduceLogSumExp,
  ReduceMax,
  ReduceMean,
  ReduceMin,
  ReduceProd,
  ReduceSum,
  ReduceSumSquare,
} from './reduce.ts';
import { Tile } from './repeating.ts';
import { Resize } from './resize.ts';
import { ScatterElements, ScatterND } from './scattering.ts';
import { Expand, Flatten, Identity, Reshape, Squeeze, Transpose, Unsqueeze } from './shaping.ts';
import { Concat, Slice, Split } from './slicing.ts';
import { LogSoftmax, Softmax } from './softmax.ts';

/** Every op that this library knows. A new one is a definition in its family's file and its name here. */
export const OPS = [
  Abs,
  Add,
  And,
  ArgMax,
  ArgMin,
  AveragePool,
  BatchNormalization,
  Cast,
  Ceil,
  Clip,
  Concat,
  Constant,
  ConstantOfShape,
  Conv,
  ConvTranspose,
  DepthToSpace,
  Div,
  Elu,
  Equal,
  Erf,
  Exp,
  Expand,
  Flatten,
  Floor,
  Gather,
  GatherElements,
  GatherND,
  Gelu,
  Gemm,
  GlobalAveragePool,
  GlobalMaxPool,
  Greater,
  GreaterOrEqual,
  GridSample,
  HardSigmoid,
  Identity,
  InstanceNormalization,
  IsNaN,
  LayerNormalization,
  LeakyRelu,
  Less,
  LessOrEqual,
  Log,
  LogSoftmax,
  MatMul,
  Max,
  MaxPool,
  Min,
  Mod,
  Mul,
  Neg,
  Not,
  Or,
  PRelu,
  Pad,
  Pow,
  Range,
  Reciprocal,
  ReduceL1,
  ReduceL2,
  ReduceLogSumExp,
  ReduceMax,
  ReduceMean,
  ReduceMin,
  ReduceProd,
  ReduceSum,
  ReduceSumSquare,
  Relu,
  Reshape,
  Resize,
  Round,
  ScatterElements,
  ScatterND,
  ShapeOf,
  Sigmoid,
  Sign,
  Size,
  Slice,
  Softmax,
  Softplus,
  SpaceToDepth,
  Split,
  Sqrt,
  Squeeze,
  Sub,
  Tanh,
  Tile,
  Transpose,
  Unsqueeze,
  Where,
] as const satisfies readonly OpDefinition[];

const BY_NAME = new Map<string, OpDefinition>(OPS.map((op: OpDefinition) => [`${op.domain ?? ''}.${op.type}`, op]));

/** The definition of an op by its type and domain; undefined for one that this library does not know. */
export const findOp = (type: string, domain = ''): OpDefinition | undefined =>
  BY_NAME.get(`${domain === 'ai.onnx' ? '' : domain}.${type}`);
