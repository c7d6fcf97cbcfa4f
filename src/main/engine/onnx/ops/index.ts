import type { OpDefinition } from '../op.ts';
import { Add, Div, Exp, Log, Mul, Neg, Pow, Reciprocal, Sqrt, Sub } from './arithmetic.ts';
import { Gemm, MatMul } from './matmul.ts';
import { ReduceMean, ReduceSum } from './reduce.ts';
import { Expand, Reshape, Transpose } from './shaping.ts';

/** Every op that this library knows. A new one is a definition in its family's file and its name here. */
export const OPS = [
  Add,
  Div,
  Exp,
  Expand,
  Gemm,
  Log,
  MatMul,
  Mul,
  Neg,
  Pow,
  Reciprocal,
  ReduceMean,
  ReduceSum,
  Reshape,
  Sqrt,
  Sub,
  Transpose,
] as const satisfies readonly OpDefinition[];

const BY_NAME = new Map<string, OpDefinition>(OPS.map((op: OpDefinition) => [`${op.domain ?? ''}.${op.type}`, op]));

/** The definition of an op by its type and domain; undefined for one that this library does not know. */
export const findOp = (type: string, domain = ''): OpDefinition | undefined =>
  BY_NAME.get(`${domain === 'ai.onnx' ? '' : domain}.${type}`);
