import { Graph } from '../../../../src/main/engine/onnx/graph.ts';
import { mul } from '../../../../src/main/engine/onnx/ops/arithmetic.ts';
import { type CompileOptions, runOnce } from '../../../../src/main/engine/onnx/run.ts';
import { tensorOf } from '../../../../src/main/engine/onnx/tensor.ts';

/** Prints 1e-30 · 1e-10 and 3 · 2, run with the options given: for what holds for a whole process. */
const graph = new Graph();
graph.output('y', mul(graph.input('a', 'float32', [2]), graph.input('b', 'float32', [2])));
const feeds = { a: tensorOf('float32', [2], [1e-30, 3]), b: tensorOf('float32', [2], [1e-10, 2]) };
const { y } = await runOnce(graph, feeds, JSON.parse(process.argv[2]!) as CompileOptions);
process.stdout.write(JSON.stringify(Array.from(y!.data, Number)));
