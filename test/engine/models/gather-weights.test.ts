import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gatherWeights } from '../../../src/main/engine/models/gather-weights.ts';
import type { ParameterSpec } from '../../../src/main/engine/nets/scope.ts';
import { initialWeights } from '../../../src/main/engine/weights/initial.ts';
import { writeSafetensors } from '../../../src/main/engine/weights/safetensors.ts';
import type { Weights } from '../../../src/main/engine/weights/weights-file.ts';
import type { WeightSources } from '../../../src/shared/contract/model-folders.ts';
import { randomTensor } from '../../support/case-folder.ts';
import { tempFolder } from '../../support/temp.ts';

const spec = (key: string, ...shape: readonly number[]): ParameterSpec => ({
  key,
  shape,
  kind: 'parameter',
  init: { kind: 'normal', std: 1 },
});

const BACKBONE = [spec('backbone.patch_embed.proj.weight', 4, 3), spec('backbone.blocks.0.norm1.weight', 4)];
const PLAIN_HEAD = [spec('backbone.head.weight', 8, 4), spec('backbone.head.bias', 8)];
const AROUND = [spec('stn.fc_loc.0.bias', 2), spec('resizer.conv1.weight', 2, 3)];
const ENLARGING = [spec('sr.first_part.0.weight', 2, 1), spec('sr.last_part.0.bias', 4)];

const SEED = 5;
const FROM_SEED = { weights: null, srWeights: null, seed: SEED, reinitialiseHead: false, allowPartial: false };

/** A weights file with these tensors, of a shape or as they are. */
function fileOf(tensors: Readonly<Record<string, readonly number[]>>): { file: string; weights: Weights } {
  const file = join(tempFolder(), 'weights.safetensors');
  const weights = new Map(Object.entries(tensors).map(([key, shape]) => [key, randomTensor(shape)]));
  writeSafetensors(file, weights);
  return { file, weights };
}

const keysOf = (specs: readonly ParameterSpec[]): readonly string[] => specs.map(({ key }) => key);
const shapesOf = (specs: readonly ParameterSpec[], without = ''): Record<string, readonly number[]> =>
  Object.fromEntries(specs.map(({ key, shape }) => [key.replace(without, ''), shape]));
const gather = (specs: readonly ParameterSpec[], sources: Partial<WeightSources>) =>
  gatherWeights(specs, { ...FROM_SEED, ...sources });

describe('a classifier’s weights', () => {
  it('all come from the seed where no file is named', async () => {
    const specs = [...AROUND, ...BACKBONE];
    const { tensors, reports, drawn } = await gather(specs, {});
    expect(tensors).toEqual(initialWeights(specs, SEED));
    expect([reports, drawn]).toEqual([[], keysOf(specs)]);
  });

  it('are those of a whole classifier’s file', async () => {
    const specs = [...AROUND, ...BACKBONE, ...PLAIN_HEAD];
    const { file, weights } = fileOf(shapesOf(specs));
    const { tensors, reports, drawn } = await gather(specs, { weights: file });
    expect(tensors).toEqual(new Map(specs.map(({ key }) => [key, weights.get(key)])));
    expect(reports).toMatchObject([{ file, matched: 6, missing: [], unexpected: [], misshaped: [] }]);
    expect(drawn).toEqual([]);
  });

  it('are a backbone’s under its own names, with the parts around it from the seed', async () => {
    const head = [spec('head.0.weight', 4, 4)];
    const { file, weights } = fileOf(shapesOf(BACKBONE, 'backbone.'));
    const { tensors, drawn } = await gather([...AROUND, ...BACKBONE, ...head], { weights: file });
    expect(tensors.get('backbone.blocks.0.norm1.weight')).toEqual(weights.get('blocks.0.norm1.weight'));
    expect(drawn).toEqual(keysOf([...AROUND, ...head]));
  });

  it('have the super-resolution’s from a file of its own', async () => {
    const sr = fileOf(shapesOf(ENLARGING, 'sr.'));
    const backbone = fileOf(shapesOf(BACKBONE, 'backbone.'));
    const sources = { weights: backbone.file, srWeights: sr.file };
    const { tensors, drawn, reports } = await gather([...ENLARGING, ...BACKBONE], sources);
    expect(tensors.get('sr.last_part.0.bias')).toEqual(sr.weights.get('last_part.0.bias'));
    expect(drawn).toEqual([]);
    expect(reports.map(({ file, matched }) => [file, matched])).toEqual([
      [sr.file, 2],
      [backbone.file, 2],
    ]);
  });

  it('have it from that file even where the other file holds a super-resolution too', async () => {
    const sr = fileOf(shapesOf(ENLARGING, 'sr.'));
    const whole = fileOf(shapesOf([...ENLARGING, ...BACKBONE]));
    const sources = { weights: whole.file, srWeights: sr.file };
    const { tensors } = await gather([...ENLARGING, ...BACKBONE], sources);
    expect(tensors.get('sr.last_part.0.bias')).toEqual(sr.weights.get('last_part.0.bias'));
    expect(tensors.get(BACKBONE[0]!.key)).toEqual(whole.weights.get(BACKBONE[0]!.key));
  });
});

describe('weights that do not fit', () => {
  it('are refused with every key in a table, and with what to do', async () => {
    const { file } = fileOf({
      ...shapesOf(AROUND),
      'backbone.patch_embed.proj.weight': [4, 1],
      'backbone.cls_token': [4],
    });
    await expect(gather([...AROUND, ...BACKBONE], { weights: file })).rejects.toMatchObject({
      code: 'WEIGHTS',
      detail: {
        file,
        names: ['backbone.blocks.0.norm1.weight', 'backbone.cls_token', 'backbone.patch_embed.proj.weight'],
        remedy: expect.stringContaining('--allow-partial'),
        table: [
          ['TENSOR', 'THE NETWORK HAS', 'THE WEIGHTS HAVE'],
          ['backbone.patch_embed.proj.weight', '[4, 3]', '[4, 1]'],
          ['backbone.blocks.0.norm1.weight', '[4]', 'none'],
          ['backbone.cls_token', 'none', 'one of this name'],
        ],
      },
    });
  });

  it('are used as far as they go where that is asked for', async () => {
    const { file, weights } = fileOf({ 'backbone.patch_embed.proj.weight': [4, 3], 'backbone.cls_token': [4] });
    const { tensors, drawn, reports } = await gather([...AROUND, ...BACKBONE], { weights: file, allowPartial: true });
    expect(tensors.get('backbone.patch_embed.proj.weight')).toEqual(weights.get('backbone.patch_embed.proj.weight'));
    expect(drawn).toEqual([...keysOf(AROUND), 'backbone.blocks.0.norm1.weight']);
    expect(reports[0]).toMatchObject({ matched: 1, missing: drawn, unexpected: ['backbone.cls_token'] });
  });

  it('with a head of other classes are refused, or get a new head on request', async () => {
    const specs = [...BACKBONE, ...PLAIN_HEAD];
    const { file } = fileOf({ ...shapesOf(BACKBONE, 'backbone.'), 'head.weight': [1000, 4], 'head.bias': [1000] });
    const remedy = expect.stringContaining('--reinitialise-head');
    await expect(gather(specs, { weights: file })).rejects.toMatchObject({ detail: { remedy } });
    const { drawn, reports } = await gather(specs, { weights: file, reinitialiseHead: true });
    expect([drawn, reports[0]!.reinitialised]).toEqual([keysOf(PLAIN_HEAD), keysOf(PLAIN_HEAD)]);
  });

  it('may hold a head of their own where the paper’s head takes its place on request', async () => {
    const specs = [...BACKBONE, spec('head.0.weight', 4, 4)];
    const { file } = fileOf({ ...shapesOf(BACKBONE, 'backbone.'), 'head.weight': [1000, 4] });
    await expect(gather(specs, { weights: file })).rejects.toMatchObject({
      detail: { names: ['backbone.head.weight'] },
    });
    const { drawn } = await gather(specs, { weights: file, reinitialiseHead: true });
    expect(drawn).toEqual(['head.0.weight']);
  });

  it('must have those of the super-resolution once a file is named', async () => {
    const { file } = fileOf(shapesOf(BACKBONE, 'backbone.'));
    const refused = gather([...ENLARGING, ...BACKBONE], { weights: file });
    await expect(refused).rejects.toMatchObject({ detail: { names: keysOf(ENLARGING) } });
  });
});
