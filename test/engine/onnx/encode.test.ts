import { describe, expect, it } from 'vitest';
import { int, ints } from '../../../src/main/engine/onnx/attributes.ts';
import { decodeGraph } from '../../../src/main/engine/onnx/decode.ts';
import { encodeGraph } from '../../../src/main/engine/onnx/encode.ts';
import { decodeModel, type NodeProto } from '../../../src/main/engine/onnx/format/proto.ts';
import { applyMany, Graph } from '../../../src/main/engine/onnx/graph.ts';
import { add, exp, mul } from '../../../src/main/engine/onnx/ops/arithmetic.ts';
import { findOp } from '../../../src/main/engine/onnx/ops/index.ts';
import { runOnce } from '../../../src/main/engine/onnx/run.ts';
import { tensorOf } from '../../../src/main/engine/onnx/tensor.ts';
import { GraphError } from '../../../src/shared/errors.ts';
import { choosing, fileOf } from './support/file-models.ts';

const row = (...numbers: number[]) => tensorOf('float32', [numbers.length], numbers);
const nodesOf = (graph: Graph): readonly NodeProto[] => decodeModel(encodeGraph(graph)).graph.node ?? [];

function squareOf(opset?: number): { graph: Graph; x: ReturnType<Graph['input']>; square: ReturnType<typeof mul> } {
  const graph = new Graph(opset);
  const x = graph.input('x', 'float32', [2]);
  return { graph, x, square: mul(x, x) };
}

describe('an encoded graph', () => {
  it.each([
    [11, 8],
    [17, 8],
    [18, 8],
    [19, 9],
    [20, 9],
    [21, 10],
    [22, 10],
    [23, 11],
  ])('of opset %i has IR version %i, which ONNX Runtime loads', async (opset, irVersion) => {
    const { graph, square } = squareOf(opset);
    graph.output('y', square);
    const model = decodeModel(encodeGraph(graph));
    expect(model).toMatchObject({ irVersion, opsetImport: [{ domain: '', version: opset }] });
    expect((await runOnce(graph, { x: row(2, 3) })).y!.data).toEqual(Float32Array.of(4, 9));
  });

  it('keeps the IR version of a file that has a later one', () => {
    expect(decodeModel(encodeGraph(decodeGraph(fileOf(choosing, { irVersion: 10 })))).irVersion).toBe(10);
  });

  it('has no node for outputs that are results, and a copy for those that are anything else', async () => {
    const { graph, x, square } = squareOf();
    for (const [name, value] of Object.entries({
      square,
      again: square,
      passed: x,
      stored: graph.constant(row(5), 'five'),
      x,
    })) {
      graph.output(name, value);
    }
    expect(nodesOf(graph).map(({ opType, output }) => [opType, ...output!])).toEqual([
      ['Mul', 'square'],
      ['Identity', 'again'],
      ['Identity', 'passed'],
      ['Identity', 'stored'],
    ]);
    const found = await runOnce(graph, { x: row(2, 3) });
    expect(Object.values(found).map(({ data }) => [...data])).toEqual([[4, 9], [4, 9], [2, 3], [5], [2, 3]]);
  });

  it('gives way where an output has the name of another value', async () => {
    const { graph, square } = squareOf();
    const sum = add(square, graph.constant(row(1, 1), 'one'));
    graph.output(square.name, sum);
    graph.output('one', exp(sum));
    expect(nodesOf(graph).map(({ output }) => output![0])).toEqual([`${square.name}_2`, square.name, 'one']);
    const found = await runOnce(graph, { x: row(2, 3) });
    expect(found[square.name]!.data).toEqual(Float32Array.of(5, 10));
  });

  it('is refused where an output has an input’s name', () => {
    const { graph, square } = squareOf();
    graph.output('x', square);
    expect(() => encodeGraph(graph)).toThrow(GraphError);
    expect(() => encodeGraph(graph)).toThrow(/“x” names two values/);
  });

  it('leaves out optional outputs that nothing reads, and only those', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [1, 4]);
    const weights = [graph.constant(row(1, 1, 1, 1)), graph.constant(row(0, 0, 0, 0))] as const;
    const [normalised, , inverse] = applyMany(findOp('LayerNormalization')!, [x, ...weights], { axis: int(-1) }, 3);
    const sizes = graph.constant({ dtype: 'int64', shape: [2], data: BigInt64Array.of(1n, 3n) });
    const [, rest] = applyMany(findOp('Split')!, [normalised!, sizes], { axis: int(1) }, 2);
    graph.output('rest', rest!);
    const outputs = (): readonly (readonly string[])[] => nodesOf(graph).map(({ output }) => output!);
    expect(outputs()).toEqual([[normalised!.name], [expect.stringMatching(/./), 'rest']]);
    graph.output('inverse', inverse!);
    expect(outputs()[0]).toEqual([normalised!.name, '', 'inverse']);
    const found = await runOnce(graph, { x: tensorOf('float32', [1, 4], [1, 2, 3, 4]) });
    expect(found.inverse!.data[0]).toBeCloseTo(1 / Math.sqrt(1.25), 4);
    expect(found.rest!.data[2]).toBeCloseTo(1.3416, 3);
  });

  it('names a pooling’s places only where they are read', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [1, 1, 4, 4]);
    const [pooled] = applyMany(findOp('MaxPool')!, [x], { kernel_shape: ints([2, 2]) }, 2);
    graph.output('y', pooled!);
    expect(nodesOf(graph)[0]!.output).toEqual(['y']);
  });

  it('holds at most 1.9 GB', () => {
    const graph = new Graph();
    const data = new Float32Array(480_000_000);
    graph.output('y', graph.constant({ dtype: 'float32', shape: [data.length], data }));
    expect(() => encodeGraph(graph)).toThrow(/1920000000 bytes, more than one ONNX file holds; write it to disk/);
  });
});
