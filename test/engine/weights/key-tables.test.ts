import { describe, expect, test } from 'vitest';
import { ONES } from '../../../src/main/engine/nets/init.ts';
import type { ParameterSpec } from '../../../src/main/engine/nets/scope.ts';
import { allocate, type DType, elementCount, type TensorData } from '../../../src/main/engine/onnx/tensor.ts';
import { HEAD_KEYS, type MatchOptions, matchWeights } from '../../../src/main/engine/weights/key-tables.ts';
import { WeightsError } from '../../../src/shared/errors.ts';

type Shapes = Readonly<Record<string, readonly number[]>>;

const specsOf = (shapes: Shapes): ParameterSpec[] =>
  Object.entries(shapes).map(([key, shape]) => ({ key, shape, kind: 'parameter', init: ONES }));

const tensor = (shape: readonly number[], dtype: DType = 'float32'): TensorData => {
  return { dtype, shape, data: allocate(dtype, elementCount(shape)) };
};

const weightsOf = (shapes: Shapes): Map<string, TensorData> =>
  new Map(Object.entries(shapes).map(([key, shape]) => [key, tensor(shape)]));

const net: Shapes = { 'blocks.0.weight': [4, 4], 'blocks.0.bias': [4], 'head.weight': [8, 4], 'head.bias': [8] };

function refusal(shapes: Shapes, weights: ReadonlyMap<string, TensorData>, options?: MatchOptions): WeightsError {
  try {
    matchWeights(specsOf(shapes), weights, options);
  } catch (error) {
    if (error instanceof WeightsError) return error;
    throw error;
  }
  throw new Error('These weights were not refused.');
}

describe('weights laid beside a network', () => {
  test('that fit give every tensor by its key', () => {
    const weights = weightsOf(net);
    const table = matchWeights(specsOf(net), weights);
    expect(table.tensors).toEqual(weights);
    expect(table.matched).toEqual(Object.keys(net));
    expect(table).toMatchObject({ missing: [], unexpected: [], misshaped: [], reinitialised: [] });
  });

  test('that are stored in fewer or more bits are widened or rounded to float32', () => {
    const shapes = { half: [2], brain: [2], double: [2] };
    const weights = new Map<string, TensorData>([
      ['half', { dtype: 'float16', shape: [2], data: Uint16Array.of(0x3c00, 0xc000) }],
      ['brain', { dtype: 'bfloat16', shape: [2], data: Uint16Array.of(0x3f80, 0xc000) }],
      ['double', { dtype: 'float64', shape: [2], data: Float64Array.of(1, -2) }],
    ]);
    for (const { dtype, data } of matchWeights(specsOf(shapes), weights).tensors.values()) {
      expect({ dtype, data }).toEqual({ dtype: 'float32', data: Float32Array.of(1, -2) });
    }
  });

  test('may hold counters, index tables and masks besides', () => {
    const weights = weightsOf({ ...net, 'layers.0.blocks.1.attn_mask': [4, 49, 49] });
    weights.set('bn.num_batches_tracked', tensor([], 'int64'));
    weights.set('layers.0.blocks.0.attn.relative_position_index', tensor([49, 49], 'int64'));
    weights.set('some.flags', tensor([3], 'bool'));
    expect(matchWeights(specsOf(net), weights).unexpected).toEqual([]);
  });

  test('are refused where anything is missing, left over or of another shape, with every key', () => {
    const weights = weightsOf({ 'blocks.0.weight': [4, 5], 'head.weight': [8, 4], a: [1], b: [1], c: [1], d: [1] });
    const error = refusal(net, weights, { source: 'swin.pth' });
    expect(error.message).toBe(
      'The weights of swin.pth do not fit the network: 2 tensors are missing (blocks.0.bias, head.bias); ' +
        '4 tensors are unexpected (a, b, c, and 1 more); ' +
        '1 tensor is of another shape (blocks.0.weight is [4, 5] instead of [4, 4]).',
    );
    expect(error.detail).toMatchObject({
      file: 'swin.pth',
      names: ['blocks.0.bias', 'head.bias', 'a', 'b', 'c', 'd', 'blocks.0.weight'],
    });
  });

  test('are refused where integers stand for weights', () => {
    const weights = weightsOf(net).set('head.bias', tensor([8], 'int64'));
    expect(refusal(net, weights).message).toContain('head.bias is int64 [8] instead of [8]');
  });

  test('give what fits, and a table of the rest, when asked to go on', () => {
    const weights = weightsOf({ 'blocks.0.weight': [4, 4], 'blocks.0.bias': [5], 'head.weight': [8, 4], extra: [1] });
    const table = matchWeights(specsOf(net), weights, { allowPartial: true });
    expect(table).toMatchObject({
      matched: ['blocks.0.weight', 'head.weight'],
      missing: ['head.bias'],
      unexpected: ['extra'],
      misshaped: [{ key: 'blocks.0.bias', expected: [4], found: { dtype: 'float32', shape: [5] } }],
    });
    expect([...table.tensors.keys()]).toEqual(table.matched);
  });

  test('take the names that the caller gives', () => {
    const weights = weightsOf({ 'net/blocks.0.weight': [4, 4], 'net/blocks.0.bias': [4], 'optimizer/step': [1] });
    const rename = (key: string): string | null => (key.startsWith('net/') ? key.slice(4) : null);
    const table = matchWeights(specsOf({ 'blocks.0.weight': [4, 4], 'blocks.0.bias': [4] }), weights, { rename });
    expect(table.matched).toHaveLength(2);
    expect(() => matchWeights(specsOf(net), weights, { rename: () => 'same' })).toThrow(/would be called same/);
  });
});

describe('a head of another class count', () => {
  const imagenet = weightsOf({ ...net, 'head.weight': [1000, 4], 'head.bias': [1000] });

  test('is refused unless a new head is asked for', () => {
    const error = refusal(net, imagenet);
    expect(error.message).toContain('2 tensors are of other shapes (head.weight is [1000, 4] instead of [8, 4]');
    expect(error.detail.remedy).toBe('Only the head differs: ask for a new head to use the rest.');
  });

  test('starts afresh on request, and nothing else does', () => {
    const table = matchWeights(specsOf(net), imagenet, { reinitialise: HEAD_KEYS });
    expect(table.reinitialised).toEqual(['head.weight', 'head.bias']);
    expect(table.matched).toEqual(['blocks.0.weight', 'blocks.0.bias']);
    expect(table).toMatchObject({ missing: [], unexpected: [], misshaped: [] });
    const broken = weightsOf({ ...net, 'blocks.0.bias': [5] });
    expect(refusal(net, broken, { reinitialise: HEAD_KEYS }).detail.names).toEqual(['blocks.0.bias']);
  });

  test('starts afresh on request where the stored head is built differently, or is not there', () => {
    const paper = { 'blocks.0.weight': [4, 4], 'head.0.weight': [512, 4], 'head.4.weight': [8, 512] };
    const stored = weightsOf({ 'blocks.0.weight': [4, 4], 'head.fc.weight': [1000, 4], 'head_dist.bias': [1000] });
    const table = matchWeights(specsOf(paper), stored, { reinitialise: HEAD_KEYS });
    expect(table.reinitialised).toEqual(['head.0.weight', 'head.4.weight']);
    expect(table.unexpected).toEqual([]);
  });

  test('is the same within a composed classifier, whose other parts may start afresh too', () => {
    const composed = { 'resizer.conv1.weight': [2], 'backbone.blocks.0.bias': [4], 'backbone.head.bias': [8] };
    const stored = weightsOf({ 'blocks.0.bias': [4], 'head.bias': [1000] });
    const table = matchWeights(specsOf(composed), stored, { reinitialise: ['resizer', ...HEAD_KEYS] });
    expect(table.matched).toEqual(['backbone.blocks.0.bias']);
    expect(table.reinitialised).toEqual(['resizer.conv1.weight', 'backbone.head.bias']);
  });

  test('is meant by whole words of a key only', () => {
    const shapes = { 'head_norm.weight': [4], 'fc_loc.0.weight': [4] };
    expect(matchWeights(specsOf(shapes), weightsOf(shapes), { reinitialise: HEAD_KEYS }).reinitialised).toEqual([]);
  });
});
