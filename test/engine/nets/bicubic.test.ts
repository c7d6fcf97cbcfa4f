import { expect, it } from 'vitest';
import { instantiate } from '../../../src/main/engine/nets/instantiate.ts';
import { bicubic } from '../../../src/main/engine/nets/super-resolution/bicubic.ts';
import { runOnce } from '../../../src/main/engine/onnx/run.ts';
import { numbersOf, tensorOf } from '../../../src/main/engine/onnx/tensor.ts';

/** The kernel with a = −0.75 at distances 1.75, 1.25, 0.75, 0.25 and back. */
const WEIGHTS = [-0.03515625, -0.10546875, 0.26171875, 0.87890625, 0.87890625, 0.26171875, -0.10546875, -0.03515625];

it('spreads one pixel as the cubic kernel says, at twice the size, for an open batch', async () => {
  const [side, at] = [8, 3];
  const { graph, outputs } = instantiate(bicubic, bicubic.config.parse({ input: side, scale: 2, channels: 1 }), {
    batch: 'n',
  });
  expect(graph.output('output', outputs.output).shape).toEqual(['n', 1, 16, 16]);
  const pixels = Array.from({ length: side * side }, (_, pixel) => (pixel === at * side + at ? 1 : 0));
  const { output } = await runOnce(graph, { input: tensorOf('float32', [1, 1, side, side], pixels) });
  const start = 2 * at - 3;
  const weight = (place: number): number => WEIGHTS[place - start] ?? 0;
  const expected = Array.from({ length: 256 }, (_, pixel) => weight(Math.floor(pixel / 16)) * weight(pixel % 16));
  const found = numbersOf(output!);
  expect(found.reduce((most, value, pixel) => Math.max(most, Math.abs(value - expected[pixel]!)), 0)).toBeLessThan(
    1e-6,
  );
});
