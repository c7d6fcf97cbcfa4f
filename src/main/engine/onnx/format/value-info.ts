import type { TensorType } from '../graph.ts';
import { type Dim, isStatic, multiplyDim, type Shape } from '../shape.ts';
import type { DType } from '../tensor.ts';
import type { TypeProto, ValueInfoProto } from './proto.ts';
import { dtypeOf, elementNumber } from './tensor-proto.ts';

/** Numbers that symbols of open dimensions stand for. */
export type Bindings = ReadonlyMap<string, number>;

/** A declared tensor: null stands for a dimension without number or symbol, a null shape for an unknown rank. */
export interface DeclaredTensor {
  readonly dtype: DType;
  readonly shape: readonly (Dim | null)[] | null;
}

/** What a file declares a value to be; null for what is no tensor of a type that a Graph can hold. */
export function readDeclared(type: TypeProto | undefined, bindings: Bindings = new Map()): DeclaredTensor | null {
  const dtype = dtypeOf(type?.tensorType?.elemType);
  if (dtype === null) return null;
  const { shape } = type!.tensorType!;
  if (shape === undefined) return { dtype, shape: null };
  const dims = (shape.dim ?? []).map(({ dimValue, dimParam }): Dim | null => {
    if (dimValue !== undefined && dimValue >= 0) return dimValue;
    return dimParam ? bindDim(dimParam, bindings) : null;
  });
  return { dtype, shape: dims };
}

/**
 * A declared type as a Graph holds it; an unnamed batch gets the symbol `batch`. Null where a dimension other than the
 * leading one is open, since shape rules reckon with one symbol only.
 */
export function declaredType(type: TypeProto | undefined, batch: string, bindings?: Bindings): TensorType | null {
  const declared = readDeclared(type, bindings);
  if (declared === null || declared.shape === null) return null;
  const shape = declared.shape.map((dim, axis) => (dim === null && axis === 0 ? batch : dim));
  return shape.every((dim, axis) => dim !== null && (axis === 0 || typeof dim === 'number'))
    ? { dtype: declared.dtype, shape: shape as Shape }
    : null;
}

/** A type with numbers in place of the symbols that have one. */
export function bindType({ dtype, shape }: TensorType, bindings: Bindings): TensorType {
  return isStatic(shape) ? { dtype, shape } : { dtype, shape: shape.map((dim) => bindDim(dim, bindings)) };
}

function bindDim(dim: Dim, bindings: Bindings): Dim {
  if (typeof dim === 'number') return dim;
  const [, factor, symbol] = /^(\d+)\*(.+)$/.exec(dim) ?? ['', '1', dim];
  const number = bindings.get(dim) ?? bindings.get(symbol!);
  if (number === undefined) return dim;
  return bindings.has(dim) ? number : multiplyDim(number, Number(factor));
}

/** A value's name and type as a file declares them; what a Graph does not know is as the file it came from had it. */
export function valueInfo(name: string, type: TensorType | null, declared?: TypeProto): ValueInfoProto {
  if (type === null) return declared === undefined ? { name } : { name, type: declared };
  const dim = type.shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: elementNumber(type.dtype), shape: { dim } } } };
}
