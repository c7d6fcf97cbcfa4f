import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/main/engine/onnx/autodiff.ts';
import { readModel } from '../../../src/main/engine/onnx/format/model-file.ts';
import { Graph } from '../../../src/main/engine/onnx/graph.ts';
import { add, exp, mul } from '../../../src/main/engine/onnx/ops/arithmetic.ts';
import { expand, transpose } from '../../../src/main/engine/onnx/ops/shaping.ts';
import { cutAt } from '../../../src/main/engine/onnx/passes/cut.ts';
import { fixShapes } from '../../../src/main/engine/onnx/passes/fix-shapes.ts';
import { foldConstants } from '../../../src/main/engine/onnx/passes/fold.ts';
import { mergeEqual } from '../../../src/main/engine/onnx/passes/merge.ts';
import { optimise } from '../../../src/main/engine/onnx/passes/optimise.ts';
import { pruneDead } from '../../../src/main/engine/onnx/passes/prune.ts';
import { rebuild } from '../../../src/main/engine/onnx/passes/rebuild.ts';
import { tensorOf } from '../../../src/main/engine/onnx/tensor.ts';
import { GraphError } from '../../../src/shared/errors.ts';
import { PYTORCH_MODEL } from '../../support/pytorch-model.ts';
import { randomGraph, SAMPLES, storedSample } from './support/random-graph.ts';
import { bitsOf, relativeDifference, runAsWritten } from './support/same-numbers.ts';

const RUNS_MS = 120_000;
const opsOf = (graph: Graph): readonly string[] => graph.nodes.map(({ op }) => op.type);
const row = (...numbers: number[]) => tensorOf('float32', [numbers.length], numbers);
const pixels = tensorOf(
  'uint8',
  [2, 1, 48, 48],
  Array.from({ length: 4608 }, (_, at) => (at * 7) % 256),
);

describe('passes', () => {
  const exact = { rebuild, pruneDead, mergeEqual };
  it.each(Object.entries(exact))('%s changes no bit of any output', { timeout: RUNS_MS }, async (_, pass) => {
    await fc.assert(
      fc.asyncProperty(randomGraph, async ({ graph, feeds }) => {
        expect(bitsOf(await runAsWritten(pass(graph), feeds))).toEqual(bitsOf(await runAsWritten(graph, feeds)));
      }),
      { numRuns: 40 },
    );
  });

  it.each(Object.entries({ foldConstants, optimise }))(
    '%s changes no output by more than the rounding of a function evaluated elsewhere',
    { timeout: RUNS_MS },
    async (_, pass) => {
      await fc.assert(
        fc.asyncProperty(randomGraph, async ({ graph, feeds }) => {
          const [before, after] = [await runAsWritten(graph, feeds), await runAsWritten(pass(graph), feeds)];
          for (const [name, tensor] of Object.entries(before)) {
            expect(relativeDifference(tensor, after[name]!), name).toBeLessThan(2e-6);
          }
        }),
        { numRuns: 40 },
      );
    },
  );

  it.each(Object.entries({ rebuild, pruneDead, mergeEqual, foldConstants, optimise }))(
    '%s keeps inputs, outputs, opset and origin, and leaves the graph it was given as it was',
    (_, pass) => {
      const graph = new Graph(17, { name: 'net', producer: 'tool', metadata: { classes: 'a, b' } });
      const x = graph.input('x', 'float32', ['n', 2]);
      graph.input('unread', 'int64', [1]);
      graph.output('y', mul(x, 2));
      const result = pass(graph);
      expect(result.inputs.map(String)).toEqual(['x: float32[n, 2]', 'unread: int64[1]']);
      expect([...result.outputs].map(([name, value]) => `${name} = ${value.type?.shape}`)).toEqual(['y = n,2']);
      expect(result).toMatchObject({ opset: 17, origin: graph.origin });
      expect(result).not.toBe(graph);
      expect(opsOf(graph)).toEqual(['Mul']);
    },
  );

  it('name new values apart from those that the old graph has further down', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2]);
    graph.output('y', exp(mul(x, x)));
    const result = rebuild(graph, {
      replace: ({ inputs, op }, node, target) =>
        op.type === 'Mul' ? [exp(exp(inputs[0]!))] : target.add(op, inputs, {}, [node.outputs[0]!.name]),
    });
    expect(opsOf(result)).toEqual(['Exp', 'Exp', 'Exp']);
  });
});

describe('pruning', () => {
  it('leaves out what no output depends on', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2]);
    mul(exp(x), graph.constant(row(1, 2), 'dead'));
    graph.output('y', add(x, graph.constant(row(3, 4), 'live')));
    const result = pruneDead(graph);
    expect(opsOf(result)).toEqual(['Add']);
    expect(result.constants.map(({ name }) => name)).toEqual(['live']);
  });
});

describe('folding', () => {
  it.each(SAMPLES.filter(([, op]) => op.evaluate !== undefined))(
    'evaluates as ONNX Runtime does: %s',
    async (_, __, make) => {
      for (const seed of [1, 2, 3]) {
        const graph = storedSample(make, seed);
        const [before, after] = [await runAsWritten(graph, {}), await runAsWritten(foldConstants(graph), {})];
        for (const [name, tensor] of Object.entries(before)) {
          expect(relativeDifference(tensor, after[name]!), name).toBeLessThan(2e-6);
        }
      }
    },
  );

  it('stores what it works out under the name it had', async () => {
    const graph = new Graph();
    const weights = transpose(graph.constant(tensorOf('float32', [2, 1], [1, 2]), 'w'), [1, 0]);
    graph.output('y', mul(graph.input('x', 'float32', [1, 2]), weights));
    const result = pruneDead(foldConstants(graph));
    expect(opsOf(result)).toEqual(['Mul']);
    expect(result.constants.map(String)).toEqual([`${weights.name}: float32[1, 2]`]);
    expect(result.constants[0]!.constant!.data).toEqual(Float32Array.of(1, 2));
  });

  it('does not store a large tensor that is only a small one repeated', () => {
    const graph = new Graph();
    graph.output('large', expand(graph.constant(row(1)), [1001, 1000]));
    graph.output('small', expand(graph.constant(row(1)), [1000, 1000]));
    expect(opsOf(foldConstants(graph)).length).toBeLessThanOrEqual(2);
    expect(opsOf(foldConstants(graph))).toContain('Expand');
  });

  it('leaves integers that plain numbers cannot hold to the runtime', async () => {
    const graph = new Graph();
    const huge = graph.constant({ dtype: 'int64', shape: [1], data: BigInt64Array.of(2n ** 62n + 1n) });
    graph.output('y', add(huge, huge.graph.constant({ dtype: 'int64', shape: [1], data: BigInt64Array.of(2n) })));
    const { y } = await runAsWritten(foldConstants(graph), {});
    expect(y!.data).toEqual(BigInt64Array.of(2n ** 62n + 3n));
  });
});

describe('merging', () => {
  it('makes equal nodes over equal constants one, to the end of a chain', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2]);
    const branch = () => exp(mul(x, graph.constant(row(1, 2))));
    graph.output('y', add(branch(), branch()));
    const result = pruneDead(mergeEqual(graph));
    expect(opsOf(result)).toEqual(['Mul', 'Exp', 'Add']);
    expect(result.constants).toHaveLength(1);
  });

  it('tells zeros of either sign, types, shapes, operand orders and attributes apart', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 2]);
    const other = graph.input('other', 'float32', [2, 2]);
    for (const [index, value] of [
      mul(x, graph.constant(row(0, 1))),
      mul(x, graph.constant(row(-0, 1))),
      mul(x, graph.constant(tensorOf('float32', [1, 2], [0, 1]))),
      mul(x, other),
      mul(other, x),
      transpose(x, [0, 1]),
      transpose(x, [1, 0]),
    ].entries()) {
      graph.output(`y${index}`, value);
    }
    expect(mergeEqual(graph).nodes).toHaveLength(7);
  });
});

describe('fixing shapes', () => {
  const open = (): Graph => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', ['n', 3]);
    graph.output('y', mul(x, graph.input('scale', 'float32', ['n', 1])));
    return graph;
  };

  it('gives the batch its number wherever it stands', () => {
    const graph = fixShapes(open(), { x: [4, 3] });
    expect(graph.inputs.map(String)).toEqual(['x: float32[4, 3]', 'scale: float32[4, 1]']);
    expect(graph.outputs.get('y')!.shape).toEqual([4, 3]);
  });

  it.each([
    [{ z: [1] }, /no input “z”; its inputs: x, scale/],
    [{ x: [4, 2] }, /“x” is float32\[n, 3\]; it cannot be \[4, 2\]/],
    [{ x: [4] }, /cannot be \[4\]/],
    [{ x: [4, 3], scale: [5, 1] }, /“scale” is float32\[n, 1\]; it cannot be \[5, 1\]/],
  ])('refuses %j', (shapes, message) => {
    expect(() => fixShapes(open(), shapes as Record<string, number[]>)).toThrow(GraphError);
    expect(() => fixShapes(open(), shapes as Record<string, number[]>)).toThrow(message);
  });
});

describe('cutting', () => {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [2]);
  const middle = exp(mul(x, graph.input('scale', 'float32', [1])));
  graph.output('y', add(middle, graph.input('shift', 'float32', [2])));

  it('makes a value an input and drops what only led to it', async () => {
    const result = cutAt(graph, middle.name, 'features');
    expect(result.inputs.map(({ name }) => name).sort()).toEqual(['features', 'shift']);
    expect(opsOf(result)).toEqual(['Add']);
    const { y } = await runAsWritten(result, { features: row(1, 2), shift: row(10, 20) });
    expect(y!.data).toEqual(Float32Array.of(11, 22));
  });

  it('makes a constant an input, so that its gradient can be asked for', async () => {
    const stored = new Graph();
    stored.output('y', mul(stored.input('x', 'float32', [2]), stored.constant(row(3, 4), 'weight')));
    const result = cutAt(stored, 'weight');
    const weight = result.inputs.find(({ name }) => name === 'weight')!;
    result.output('dweight', gradients(result, result.outputs.get('y')!, [weight])[0]!);
    const { y, dweight } = await runAsWritten(result, { x: row(5, 6), weight: row(1, 1) });
    expect([y!.data, dweight!.data]).toEqual([Float32Array.of(5, 6), Float32Array.of(5, 6)]);
  });

  it('refuses a value that is not there', () => {
    expect(() => cutAt(graph, 'nowhere')).toThrow(/no value “nowhere”/);
  });
});

describe('the reference model', () => {
  const open = readModel(PYTORCH_MODEL);
  const fixed = fixShapes(open, { pixels: [2, 1, 48, 48] });

  it('has no unknown type left once its shapes are fixed and its shape arithmetic is folded', () => {
    const folded = foldConstants(fixed);
    const unknown = folded.nodes.flatMap(({ outputs }) => outputs.filter(({ type }) => type === null).map(String));
    expect(unknown).toEqual([]);
    expect(pruneDead(folded).nodes.length).toBeLessThan(open.nodes.length / 2);
  });

  it.each(Object.entries({ rebuild, pruneDead, mergeEqual, foldConstants, optimise }))(
    'computes the same bits after %s',
    async (_, pass) => {
      const expected = bitsOf(await runAsWritten(open, { pixels }));
      expect(bitsOf(await runAsWritten(pass(open), { pixels }))).toEqual(expected);
      expect(bitsOf(await runAsWritten(pass(fixed), { pixels }))).toEqual(expected);
    },
  );
});
