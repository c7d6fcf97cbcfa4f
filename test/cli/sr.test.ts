import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeDrawnFaces } from '../../src/main/cli/demo/drawn-dataset.ts';
import { loadSafetensors } from '../../src/main/engine/weights/safetensors.ts';
import { FERPLUS_EMOTIONS } from '../../src/shared/class-sets.ts';
import type { SuperResolutionResult } from '../../src/shared/contract/super-resolution.ts';
import { suiteFolder } from '../support/temp.ts';
import { type CliResult, document, runCli } from './run-cli.ts';

const folder = suiteFolder();
const file = join(folder, 'faces.safetensors');
const train = (...words: readonly string[]): Promise<CliResult> =>
  runCli(folder, '--json', 'sr', 'train', '--dataset', 'drawn', '--out', file, '--provider', 'cpu', ...words);

beforeAll(async () => {
  writeDrawnFaces(join(folder, 'faces'), { train: 48, valid: 16 });
  await runCli(folder, 'import', 'ferplus', join(folder, 'faces'), '--name', 'drawn');
});

describe('sr train', () => {
  let result: CliResult;

  beforeAll(async () => {
    result = await train('--limit', '40', '--epochs', '2', '--batch', '8');
  });

  it('learns from the dataset’s faces and measures PSNR beside bicubic’s', () => {
    expect(result.code).toBe(0);
    const found = document(result) as SuperResolutionResult;
    expect(found).toMatchObject({ file, provider: 'cpu', faces: { train: 40, validation: 16 }, parameters: 12_809 });
    expect(found.epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(found.psnr).toBe(found.epochs[1]!.psnr);
    expect(found.bicubicPsnr).toBeGreaterThan(15);
  });

  it('writes weights that a classifier is built with, and leaves no checkpoint', async () => {
    expect(loadSafetensors(file).get('first_part.0.weight')!.shape).toEqual([56, 1, 5, 5]);
    expect(readdirSync(folder).filter((name) => name.includes('checkpoints'))).toEqual([]);
    const words = ['--backbone', 'nr_swin_micro', '--sr', `fsrcnn:${file}`, '--classes', FERPLUS_EMOTIONS.join(',')];
    const built = await runCli(folder, '--json', 'models', 'build', '--out', join(folder, 'model'), ...words);
    expect(built.code).toBe(0);
    expect(existsSync(join(folder, 'model/manifest.json'))).toBe(true);
  });

  it('does not replace a file unless told to', async () => {
    const refused = await train('--limit', '8', '--epochs', '1');
    expect(refused.code).toBe(1);
    expect(document(refused)).toMatchObject({ error: { detail: { remedy: expect.stringContaining('--force') } } });
  });
});
