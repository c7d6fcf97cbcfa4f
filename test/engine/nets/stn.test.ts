import { describe, expect, it } from 'vitest';
import { initialise } from '../../../src/main/engine/nets/init.ts';
import { instantiate } from '../../../src/main/engine/nets/instantiate.ts';
import { stn } from '../../../src/main/engine/nets/stn.ts';
import { runOnce } from '../../../src/main/engine/onnx/run.ts';
import { elementCount, numbersOf, tensorOf } from '../../../src/main/engine/onnx/tensor.ts';
import { checkCase } from '../../support/fixture-cases.ts';
import { seededRandom } from '../../support/random.ts';

describe('the spatial transformer', () => {
  checkCase('stn');

  it('starts at the identity', async () => {
    const random = seededRandom(1);
    const config = stn.config.parse({ input: 24 });
    const { graph, outputs } = instantiate(stn, config, {
      batch: 'n',
      weightOf: ({ shape, init }) => tensorOf('float32', shape, initialise(init, elementCount(shape), random)),
    });
    graph.output('output', outputs.output);
    const pixels = Array.from({ length: 2 * 3 * 24 * 24 }, () => Math.fround(random()));
    const { output } = await runOnce(graph, { input: tensorOf('float32', [2, 3, 24, 24], pixels) });
    const worst = numbersOf(output!).reduce((most, value, at) => Math.max(most, Math.abs(value - pixels[at]!)), 0);
    expect(output!.shape).toEqual([2, 3, 24, 24]);
    expect(worst).toBeLessThan(1e-5);
  });
});
