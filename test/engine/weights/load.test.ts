import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TensorData } from '../../../src/main/engine/onnx/tensor.ts';
import { readWeights, sniffWeights } from '../../../src/main/engine/weights/load.ts';
import { writeSafetensors } from '../../../src/main/engine/weights/safetensors.ts';
import { NotFoundError, WeightsError } from '../../../src/shared/errors.ts';
import { stateDictFile } from '../../support/pytorch-file.ts';
import { tempFolder } from '../../support/temp.ts';

const tensor: TensorData = { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) };

function fileOf(bytes: string | Uint8Array, name = 'weights.bin'): string {
  const file = join(tempFolder(), name);
  writeFileSync(file, typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  return file;
}

const torchBytes = (...names: readonly string[]): Buffer => {
  const storage = { type: 'Float', numbers: tensor.data, count: 2 };
  return stateDictFile(Object.fromEntries(names.map((name) => [name, { storage, shape: [2] }])));
};

describe('a weights file', () => {
  test('is read by what it holds, whatever its name ends in', async () => {
    const safetensors = join(tempFolder(), 'a.safetensors');
    writeSafetensors(safetensors, new Map([['w', tensor]]));
    const misnamed = join(tempFolder(), 'a.pth');
    renameSync(safetensors, misnamed);
    const pytorch = fileOf(torchBytes('w'), 'b.safetensors');
    expect(sniffWeights(misnamed)).toBe('safetensors');
    expect(sniffWeights(pytorch)).toBe('pytorch');
    for (const file of [misnamed, pytorch]) expect(await readWeights(file)).toEqual(new Map([['w', tensor]]));
  });

  test('loses the prefix that a wrapper put before every name', async () => {
    const wrapped = await readWeights(fileOf(torchBytes('module.a.weight', 'module.b.weight')));
    expect([...wrapped.keys()]).toEqual(['a.weight', 'b.weight']);
    const partly = await readWeights(fileOf(torchBytes('module.a.weight', 'b.weight')));
    expect([...partly.keys()]).toEqual(['module.a.weight', 'b.weight']);
  });

  test.each([
    [
      'a PyTorch file of before 1.6',
      '\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.',
      /from before version 1\.6/,
      /Save it again/,
    ],
    ['a PyTorch file of the first years', `${'\0'.repeat(257)}ustar`, /from before version 1\.6/, /Save it again/],
    ['a pickle', '\x80\x04N.', /a bare Python pickle/, /Save it again/],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\n', /Git LFS/, /git lfs pull/],
    ['a web page', '\n<!DOCTYPE html><html>', /a web page/, /Download the file itself/],
    ['a Keras file', '\x89HDF\r\n\x1a\n\0', /HDF5/, /safetensors/],
    ['a GGUF file', 'GGUF\x03\0\0\0\0', /GGUF/, /safetensors/],
    ['an ONNX model', '\x08\x08\x12\x07pytorch', /an ONNX model/, /Import it as a model/],
    ['a text', 'hello', /neither a safetensors nor a PyTorch file/, /Choose a/],
    ['an empty file', '', /neither a safetensors nor a PyTorch file/, /Choose a/],
  ])('that is %s is refused with what to do', async (_, bytes, what, remedy) => {
    const file = fileOf(bytes);
    const error = await readWeights(file).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(WeightsError);
    expect((error as WeightsError).message).toMatch(what);
    expect((error as WeightsError).message).toContain(file);
    expect((error as WeightsError).detail).toMatchObject({ file, remedy: expect.stringMatching(remedy) });
  });

  test('that is not there is said to be missing', async () => {
    await expect(readWeights(join(tempFolder(), 'none'))).rejects.toThrow(NotFoundError);
  });
});
