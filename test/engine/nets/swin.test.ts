import { describe, expect, it } from 'vitest';
import { swin } from '../../../src/main/engine/nets/backbones/swin.ts';
import { windowAttention } from '../../../src/main/engine/nets/backbones/swin-attention.ts';
import { type Size, windowingOf } from '../../../src/main/engine/nets/backbones/swin-windows.ts';
import { type ParameterSpec, Scope } from '../../../src/main/engine/nets/scope.ts';
import { Graph } from '../../../src/main/engine/onnx/graph.ts';
import { runOnce } from '../../../src/main/engine/onnx/run.ts';
import { elementCount, numbersOf, tensorOf } from '../../../src/main/engine/onnx/tensor.ts';
import { checkCase } from '../../support/fixture-cases.ts';
import { seededRandom } from '../../support/random.ts';
import { distance, runBothModes } from './check-net.ts';
import { naiveWindowAttention } from './naive-window-attention.ts';
import { faceOf, randomFaces, randomNet } from './random-net.ts';

checkCase('swin_a');
checkCase('swin_b');

const SMALL = { img_size: 32, patch_size: 4, embed_dim: 12, depths: [2, 2], num_heads: [2, 3], window_size: 4 };

describe('window attention', () => {
  it.each<readonly [title: string, map: Size, window: number, shifted: boolean]>([
    ['a map of several windows', [6, 4], 2, false],
    ['a shifted map of several windows', [6, 9], 3, true],
    ['a window larger than the map', [3, 2], 4, true],
    ['a map that windows do not fill', [5, 7], 3, false],
    ['a shifted map that windows do not fill', [5, 4], 3, true],
    ['a map covered along one axis only', [3, 8], 4, true],
  ])('is what the paper describes, for %s', async (_, map, side, shifted) => {
    const windowing = windowingOf(map, side, shifted);
    const [width, heads, faces] = [6, 2, 2];
    const next = seededRandom(map[0] * 100 + map[1]);
    const draw = (shape: readonly number[]): number[] =>
      Array.from({ length: elementCount(shape) }, () => next() * 2 - 1);
    const given = new Map<string, number[]>();
    const graph = new Graph();
    const weightOf = ({ key, shape }: ParameterSpec) => {
      given.set(key, draw(shape));
      return graph.constant(tensorOf('float32', shape, given.get(key)!), key);
    };
    const scope = new Scope({ graph, training: false, tensorOf: weightOf, masks: [], updates: new Map() });
    const tokens = map[0] * map[1];
    const x = graph.input('x', 'float32', ['n', tokens, width]);
    graph.output('y', windowAttention(scope, x, { heads, windowing }));
    const numbers = draw([faces, tokens, width]);
    const { y } = await runOnce(graph, { x: tensorOf('float32', [faces, tokens, width], numbers) });
    for (let face = 0; face < faces; face += 1) {
      const part = (values: readonly number[]) => values.slice(face * tokens * width, (face + 1) * tokens * width);
      const expected = naiveWindowAttention(
        {
          x: part(numbers),
          qkvWeight: given.get('qkv.weight')!,
          qkvBias: given.get('qkv.bias')!,
          projWeight: given.get('proj.weight')!,
          projBias: given.get('proj.bias')!,
          table: given.get('relative_position_bias_table')!,
        },
        { ...windowing, width, heads },
      );
      const found = part(numbersOf(y!));
      expect(Math.max(...found.map((value, at) => Math.abs(value - expected[at]!)))).toBeLessThan(1e-5);
    }
  });
});

describe('a small Swin', () => {
  it.each([
    ['patches', SMALL],
    ['a convolutional stem', { ...SMALL, img_size: 16, patch_size: 2, stem: 'conv' }],
    ['an odd map between stages', { ...SMALL, img_size: 28 }],
  ])('with %s sees each face of an open batch as it would alone', async (_, config) => {
    const faces = randomFaces(swin, config, 3);
    const together = await runOnce(randomNet(swin, config, 'n').graph, { input: faces });
    const alone = randomNet(swin, config, 1).graph;
    for (let index = 0; index < 3; index += 1) {
      const one = await runOnce(alone, { input: faceOf(faces, index) });
      expect(distance(faceOf(together.output!, index), one.output!)).toBeLessThan(1e-4);
      expect(distance(faceOf(together.embedding!, index), one.embedding!)).toBeLessThan(1e-4);
    }
    expect(distance(faceOf(together.output!, 0), faceOf(together.output!, 1))).toBeGreaterThan(1e-4);
  });

  it('gives the embedding and has no head where there are no classes', () => {
    const { outputs, tensors } = randomNet(swin, { ...SMALL, num_classes: 0 }, 'n');
    expect(outputs.output).toBe(outputs.embedding);
    expect([...tensors.keys()].filter((key) => key.startsWith('head'))).toEqual([]);
  });

  it('drops whole branches, from the second block on, in training', async () => {
    const { masks, training, inference } = await runBothModes(swin, { ...SMALL, drop_path_rate: 0.3 });
    expect(masks).toEqual([
      'mask.layers.0.blocks.1.drop_path1',
      'mask.layers.0.blocks.1.drop_path2',
      'mask.layers.1.blocks.0.drop_path1',
      'mask.layers.1.blocks.0.drop_path2',
      'mask.layers.1.blocks.1.drop_path1',
      'mask.layers.1.blocks.1.drop_path2',
    ]);
    expect(distance(training, inference)).toBeLessThan(1e-5);
  });
});

describe('Swin’s config', () => {
  it.each([
    ['a patch size that does not divide the image', { img_size: 30 }, /multiple of patch_size/],
    ['heads that do not divide a stage’s width', { num_heads: [2, 5] }, /multiple of its num_heads/],
    ['heads for another number of stages', { num_heads: [2] }, /as many stages/],
    ['a convolutional stem of another patch size', { stem: 'conv' }, /patch_size must be 2/],
    ['a field that it does not know', { window: 7 }, /window/],
  ])('refuses %s', (_, change, message) => {
    expect(() => swin.config.parse({ ...SMALL, ...change })).toThrow(message);
  });
});
