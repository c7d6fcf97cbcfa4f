import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeModel } from '../../../src/main/engine/onnx/format/model-file.ts';
import { Graph } from '../../../src/main/engine/onnx/graph.ts';
import { mul } from '../../../src/main/engine/onnx/ops/arithmetic.ts';
import { type CompileOptions, compile, compileFile } from '../../../src/main/engine/onnx/run.ts';
import { type TensorData, tensorOf } from '../../../src/main/engine/onnx/tensor.ts';
import { EngineError, GraphError } from '../../../src/shared/errors.ts';
import { swiftShader, withSwiftShader } from '../../support/swift-shader.ts';
import { tempFolder } from '../../support/temp.ts';

const SHADERS_MS = 120_000;

const table = (rows: number, columns: number): TensorData =>
  tensorOf(
    'float32',
    [rows, columns],
    Array.from({ length: rows * columns }, (_, at) => at),
  );

function doubling(): Graph {
  const graph = new Graph();
  const product = mul(graph.input('x', 'float32', ['n', 2]), graph.input('scale', 'float32', []));
  graph.output('y', product);
  graph.output('z', mul(product, 10));
  return graph;
}
const scale = tensorOf('float32', [], [2]);

/** The two products of `run-apart.ts`, from a process of its own. */
function runApart(options: CompileOptions, env: NodeJS.ProcessEnv = process.env): readonly number[] {
  const script = resolve(import.meta.dirname, 'support/run-apart.ts');
  return JSON.parse(execFileSync(process.execPath, [script, JSON.stringify(options)], { env, encoding: 'utf8' }));
}

describe('a compiled graph', () => {
  it('runs for every batch, all outputs or those asked for', async () => {
    const executable = await compile(doubling(), { threads: 1 });
    const { y, z } = await executable.run({ x: table(2, 2), scale });
    expect(y).toEqual({ dtype: 'float32', shape: [2, 2], data: Float32Array.of(0, 2, 4, 6) });
    expect(z!.data).toEqual(Float32Array.of(0, 20, 40, 60));
    const only = await executable.run({ x: table(3, 2), scale }, ['z']);
    expect(Object.entries(only).map(([name, { shape }]) => [name, shape])).toEqual([['z', [3, 2]]]);
    await executable.release();
  });

  it('may be a file', async () => {
    const file = join(tempFolder(), 'model.onnx');
    writeModel(doubling(), file);
    const executable = await compileFile(file);
    expect((await executable.run({ x: table(1, 2), scale })).y!.data).toEqual(Float32Array.of(0, 2));
    await executable.release();
  });

  it.each([
    ['a missing input', { x: table(1, 2) }, /“scale” is not fed/],
    ['an unknown input', { x: table(1, 2), scale, mask: scale }, /no input “mask”; its inputs: x, scale/],
    [
      'another type',
      { x: tensorOf('int32', [1, 2], [1, 2]), scale },
      /“x” is float32\[n, 2\], but was fed int32\[1, 2\]/,
    ],
    ['another size', { x: table(1, 3), scale }, /“x” is float32\[n, 2\], but was fed float32\[1, 3\]/],
    ['another rank', { x: tensorOf('float32', [2], [1, 2]), scale }, /but was fed float32\[2\]/],
    ['too few numbers', { x: { ...table(1, 2), shape: [2, 2] }, scale }, /fed 2 numbers for \[2, 2\]/],
  ])('refuses %s, naming it', async (_, feeds, message) => {
    const executable = await compile(doubling());
    const error: unknown = await executable.run(feeds as Record<string, TensorData>).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(GraphError);
    expect((error as Error).message).toMatch(message);
    await executable.release();
  });

  it('refuses an output that it does not have', async () => {
    const executable = await compile(doubling());
    await expect(executable.run({ x: table(1, 2), scale }, ['w'])).rejects.toThrow(/no output “w”/);
    await executable.release();
  });

  it('is released once and runs no more', async () => {
    const executable = await compile(doubling());
    await executable.release();
    await expect(executable.release()).rejects.toThrow(EngineError);
    await expect(executable.run({ x: table(1, 2), scale })).rejects.toThrow(EngineError);
  });

  it('passes settings on to the runtime: numbers too small to be normal become zero where that is asked for', () => {
    expect(runApart({ threads: 1 })[0]).toBeGreaterThan(0);
    expect(runApart({ threads: 1, settings: { 'session.set_denormal_as_zero': '1' } })).toEqual([0, 6]);
  });

  it('says why the runtime refuses a graph', async () => {
    await expect(compileFile('/nowhere/model.onnx')).rejects.toThrow(/ONNX Runtime cannot load the graph: .*nowhere/s);
    await expect(compile(doubling(), { provider: 'dml' })).rejects.toThrow(GraphError);
  });

  it('runs on WebGPU', { timeout: SHADERS_MS }, (context) => {
    const found = swiftShader();
    if ('reason' in found) return context.skip(found.reason);
    expect(runApart({ provider: 'webgpu' }, withSwiftShader(found.driver))[1]).toBe(6);
  });
});
