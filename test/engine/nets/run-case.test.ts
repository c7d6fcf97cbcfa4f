import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { vit } from '../../../src/main/engine/nets/backbones/vit.ts';
import { parametersOf } from '../../../src/main/engine/nets/instantiate.ts';
import { runCase } from '../../../src/main/engine/nets/run-case.ts';
import { tensorOf } from '../../../src/main/engine/onnx/tensor.ts';
import { caseFolder, ESPCN, randomTensor } from '../../support/case-folder.ts';
import { tempFolder } from '../../support/temp.ts';

const { entry, weights, input } = ESPCN;

describe('a case of a folder', () => {
  it('gives the output alone where no gradients are asked for', async () => {
    const result = await runCase(caseFolder(entry, weights, { input }), 'tiny');
    expect([...result].map(([key, { shape }]) => [key, shape])).toEqual([['output', [2, 1, 16, 16]]]);
  });

  it('gives the gradients that its file has, no others', async () => {
    const cotangent = randomTensor([2, 1, 16, 16]);
    const asked = { input, cotangent, 'grad.last_part.0.bias': randomTensor([4]) };
    const result = await runCase(caseFolder(entry, weights, asked), 'tiny');
    expect([...result.keys()].toSorted()).toEqual(['grad.last_part.0.bias', 'output']);
    // The bias of sub-pixel (i, j) is added to every second pixel from (i, j) on.
    const expected = [0, 1, 2, 3].map((subpixel) =>
      Array.from(cotangent.data as Float32Array).reduce((sum, value, at) => {
        const [row, column] = [Math.floor(at / 16) % 16, at % 16];
        return (row % 2) * 2 + (column % 2) === subpixel ? sum + value : sum;
      }, 0),
    );
    const { data } = result.get('grad.last_part.0.bias')!;
    for (const [index, value] of expected.entries()) expect(data[index]).toBeCloseTo(value, 4);
  });

  it('takes the masks of a training step from the file, or says which is missing', async () => {
    const config = { img_size: 16, embed_dim: 4, depth: 1, num_heads: 2, num_classes: 2, drop_rate: 0.5 };
    const specs = parametersOf(vit, vit.config.parse(config));
    const tensors = Object.fromEntries(specs.map(({ key, shape }) => [key, randomTensor(shape)]));
    const training = { kind: 'vit', config, train: true };
    const face = randomTensor([1, 3, 16, 16]);
    const missing = runCase(caseFolder(training, tensors, { input: face }), 'tiny');
    await expect(missing).rejects.toMatchObject({ code: 'WEIGHTS', detail: { names: ['mask.head_drop'] } });
    const mask = tensorOf('float32', [1, 4], [0, 0, 0, 0]);
    const dropped = await runCase(caseFolder(training, tensors, { input: face, 'mask.head_drop': mask }), 'tiny');
    expect([...dropped.get('output')!.data]).toEqual([...tensors['head.bias']!.data]);
  });

  it.each([
    ['a name that it does not have', 'other', {}, {}, 'NOT_FOUND', /no case “other”/],
    ['an unknown kind', 'tiny', { kind: 'resnet' }, {}, 'USAGE', /no network “resnet”/],
    ['a config that does not fit', 'tiny', { config: { input: 8, depth: 3 } }, {}, 'USAGE', /depth/],
    ['the gradient of nothing', 'tiny', {}, { 'grad.stem.weight': input }, 'WEIGHTS', /“stem.weight”/],
  ] as const)('is refused for %s', async (_, name, change, io, code, message) => {
    const folder = caseFolder({ ...entry, ...change }, weights, { input, ...io });
    const refused = expect(runCase(folder, name)).rejects;
    await refused.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('is refused where the folder has no cases', async () => {
    const folder = tempFolder();
    const file = join(folder, 'cases.json');
    await expect(runCase(folder, 'tiny')).rejects.toMatchObject({ code: 'USAGE', detail: { file } });
  });
});
