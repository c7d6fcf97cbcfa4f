import type { ParameterSpec } from '../nets/scope.ts';
import type { KeyTable } from './key-tables.ts';
import type { TensorInfo } from './weights-file.ts';

/** What weights and a network do not have in common, one row a tensor under a row of titles, for people to read. */
export function keyRows(specs: readonly ParameterSpec[], table: KeyTable): readonly (readonly string[])[] {
  const shapes = new Map(specs.map(({ key, shape }) => [key, shape]));
  return [
    ['TENSOR', 'THE NETWORK HAS', 'THE WEIGHTS HAVE'],
    ...table.misshaped.map(({ key, expected, found }) => [key, bracketed(expected), described(found)]),
    ...table.missing.map((key) => [key, bracketed(shapes.get(key)!), 'none']),
    ...table.unexpected.map((key) => [key, 'none', 'one of this name']),
  ];
}

const bracketed = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
const described = ({ dtype, shape }: TensorInfo): string => `${dtype === 'float32' ? '' : dtype}${bracketed(shape)}`;
