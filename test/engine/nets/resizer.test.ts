import { describe, expect, it } from 'vitest';
import { instantiate, parametersOf } from '../../../src/main/engine/nets/instantiate.ts';
import { resizer } from '../../../src/main/engine/nets/resizer.ts';
import { type ParameterSpec, Scope } from '../../../src/main/engine/nets/scope.ts';
import { Graph } from '../../../src/main/engine/onnx/graph.ts';
import { runOnce } from '../../../src/main/engine/onnx/run.ts';
import { checkCase } from '../../support/fixture-cases.ts';
import { distance } from './check-net.ts';
import { randomFaces, startingWeight } from './random-net.ts';

describe('the resizer', () => {
  checkCase('resizer_eval');
  checkCase('resizer_train');

  it('has 16 feature channels and one residual block unless told otherwise', () => {
    const keys = parametersOf(resizer, resizer.config.parse({ input: 48, output: 28 }));
    expect(keys.find(({ key }) => key === 'conv1.weight')!.shape).toEqual([16, 3, 7, 7]);
    expect(keys.filter(({ key }) => key.endsWith('.conv2.weight')).map(({ key }) => key)).toEqual([
      'resblock.0.conv2.weight',
    ]);
  });

  it('takes an image of one channel for three alike', async () => {
    const config = { input: 12, output: 7, n: 4 };
    const grey = randomFaces(resizer, { ...config, channels: 1 }, 2);
    const results = [1, 3].map((channels) => {
      const graph = new Graph();
      const image = graph.input('input', 'float32', [2, channels, 12, 12]);
      const tensorOf = (spec: ParameterSpec) => graph.constant(startingWeight(spec));
      const scope = new Scope({ graph, training: false, tensorOf, masks: [], updates: new Map() });
      graph.output('output', resizer.build(scope, resizer.config.parse(config), image).output);
      const data = Float32Array.from({ length: 2 * channels * 144 }, (_, at) => {
        const face = Math.floor(at / (channels * 144));
        return grey.data[face * 144 + (at % 144)] as number;
      });
      return runOnce(graph, { input: { dtype: 'float32', shape: [2, channels, 12, 12], data } });
    });
    const [one, all] = await Promise.all(results);
    expect(distance(one!.output!, all!.output!)).toBeLessThan(1e-5);
  });

  it('leaves the batch open for inference', () => {
    const config = resizer.config.parse({ input: 384, output: 224, r: 0 });
    expect(instantiate(resizer, config, { batch: 'n' }).outputs.output.shape).toEqual(['n', 3, 224, 224]);
  });
});
