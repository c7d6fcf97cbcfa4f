import type { AttributeProto } from './format/proto.ts';
import type { TensorData } from './tensor.ts';

/** What an ONNX attribute may hold. `raw` keeps subgraphs and strings' lists as they were read. */
export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'tensor'; readonly value: TensorData }
  | { readonly kind: 'raw'; readonly value: AttributeProto };

export type Attributes = Readonly<Record<string, Attribute>>;

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const text = (value: string): Attribute => ({ kind: 'text', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
export const floats = (value: readonly number[]): Attribute => ({ kind: 'floats', value });

interface HasAttributes {
  readonly attributes: Attributes;
}

/** An int or float attribute's value, or `otherwise` where the node has none. */
export function numberAttribute({ attributes }: HasAttributes, name: string, otherwise: number): number {
  const attribute = attributes[name];
  return attribute?.kind === 'int' || attribute?.kind === 'float' ? attribute.value : otherwise;
}

/** A list attribute's values, or `otherwise` where the node has none. */
export function listAttribute<T>({ attributes }: HasAttributes, name: string, otherwise: T): readonly number[] | T {
  const attribute = attributes[name];
  return attribute?.kind === 'ints' || attribute?.kind === 'floats' ? attribute.value : otherwise;
}

/** A string attribute's value, or `otherwise` where the node has none. */
export function textAttribute({ attributes }: HasAttributes, name: string, otherwise: string): string {
  const attribute = attributes[name];
  return attribute?.kind === 'text' ? attribute.value : otherwise;
}
