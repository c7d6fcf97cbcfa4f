import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { decodeModel, encodeModel } from '../../../../src/main/engine/onnx/format/proto.ts';
import { summarise } from '../../../../src/main/engine/onnx/format/summary.ts';
import { floats, tinyClassifier, value } from '../../../support/onnx-models.ts';
import { PYTORCH_MODEL } from '../../../support/pytorch-model.ts';

const bytes = readFileSync(PYTORCH_MODEL);

describe('the ONNX format', () => {
  it('reads the reference model: opset, producer, interface and its batch symbol', () => {
    expect(summarise(decodeModel(bytes))).toMatchObject({
      opset: 17,
      producer: 'pytorch 2.13.0',
      nodes: 2251,
      inputs: [{ name: 'pixels', dtype: 'uint8', shape: ['n', 1, 48, 48] }],
      outputs: [
        { name: 'probabilities', dtype: 'float32', shape: ['n', 8] },
        { name: 'logits', dtype: 'float32', shape: ['n', 8] },
        { name: 'embedding', dtype: 'float32', shape: ['n', 192] },
      ],
      metadata: {},
    });
  });

  it('agrees with ONNX Runtime about the reference model’s interface', async () => {
    const session = await InferenceSession.create(PYTORCH_MODEL);
    const { inputs, outputs } = summarise(decodeModel(bytes));
    const named = (tensors: typeof session.inputMetadata) =>
      tensors.map((tensor) => tensor.isTensor && { name: tensor.name, dtype: tensor.type, shape: tensor.shape });
    expect(inputs).toEqual(named(session.inputMetadata));
    expect(outputs).toEqual(named(session.outputMetadata));
    await session.release();
  });

  it('writes the reference model as bytes that ONNX Runtime runs to the same numbers', async () => {
    const again = encodeModel(decodeModel(bytes));
    const pixels = new Tensor(
      'uint8',
      Uint8Array.from({ length: 2304 }, (_, at) => (at * 7) % 256),
      [1, 1, 48, 48],
    );
    const results = [];
    for (const file of [bytes, again]) {
      const session = await InferenceSession.create(file);
      results.push([...((await session.run({ pixels })).logits!.data as Float32Array)]);
      await session.release();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[0]).toHaveLength(8);
  });

  it('keeps every field of a small model through writing and reading', () => {
    const model = tinyClassifier({
      weights: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      metadata: { names: "{0: 'a', 1: 'b'}" },
    });
    const read = decodeModel(encodeModel(model));
    expect(read.graph.node!.map(({ opType, input, output }) => ({ opType, input, output }))).toEqual(
      model.graph.node!.map(({ opType, input, output }) => ({ opType, input, output })),
    );
    expect(read.graph.node![1]!.attribute![0]).toMatchObject({ name: 'axes', ints: [2, 3] });
    expect([...read.graph.initializer![0]!.rawData!]).toEqual([...model.graph.initializer![0]!.rawData!]);
    expect(summarise(read).metadata).toEqual({ names: "{0: 'a', 1: 'b'}" });
  });

  it('counts weights and neither indices nor inputs that are initializers', () => {
    const tiny = tinyClassifier({
      weights: [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
    });
    const indices = { name: 'shape', dims: [4], dataType: 7, int64Data: [1, 2, 3, 4] };
    const external = {
      name: 'elsewhere',
      dims: [10, 5],
      dataType: 1,
      dataLocation: 1,
      externalData: [{ key: 'location', value: 'w.bin' }],
    };
    const graph = {
      ...tiny.graph,
      initializer: [...tiny.graph.initializer!, indices, external, floats('scalar', [], [1])],
      input: [...tiny.graph.input!, value('weights', [3, 3])],
    };
    const summary = summarise(decodeModel(encodeModel({ ...tiny, graph })));
    expect(summary.parameters).toBe(9 + 50 + 1);
    expect(summary.inputs.map(({ name }) => name)).toEqual(['pixels']);
  });

  it('throws for bytes that are cut short', () => {
    expect(() =>
      decodeModel(
        encodeModel(
          tinyClassifier({
            weights: [
              [1, 2],
              [3, 4],
              [5, 6],
            ],
          }),
        ).subarray(0, 150),
      ),
    ).toThrow();
  });
});
