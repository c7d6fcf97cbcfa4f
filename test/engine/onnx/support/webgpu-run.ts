import { Graph } from '../../../../src/main/engine/onnx/graph.ts';
import { add } from '../../../../src/main/engine/onnx/ops/arithmetic.ts';
import { matmul } from '../../../../src/main/engine/onnx/ops/matmul.ts';
import { runOnce } from '../../../../src/main/engine/onnx/run.ts';
import { tensorOf } from '../../../../src/main/engine/onnx/tensor.ts';

/** Runs x · w + x on WebGPU, in a process of its own since the driver is chosen by the environment. */
const graph = new Graph();
const x = graph.input('x', 'float32', [2, 2]);
graph.output('y', add(matmul(x, graph.constant(tensorOf('float32', [2, 2], [1, 2, 3, 4]))), x));
const { y } = await runOnce(graph, { x: tensorOf('float32', [2, 2], [1, 0, 0, 1]) }, { provider: 'webgpu' });
process.stdout.write(JSON.stringify(Array.from(y!.data, Number)));
