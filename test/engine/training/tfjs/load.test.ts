import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadTensorflow, slownessOf } from '../../../../src/main/engine/training/tfjs/load.ts';
import { suiteFolder } from '../../../support/temp.ts';

const folder = suiteFolder();
const core = createRequire(import.meta.url).resolve('@tensorflow/tfjs-core');

/** A package that passes for a build of tfjs-node: the real core, that says its backend is this one. */
function packageNamed(name: string, backend: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, main: 'main.js' }));
  const code = `const core = require(${JSON.stringify(core)});
    if (require('util').isNullOrUndefined(null) !== true || require('util').isArray([]) !== true) throw new Error('old');
    module.exports = { ...core, version_core: core.version_core, ready: async () => {}, getBackend: () => '${backend}' };`;
  writeFileSync(join(path, 'main.js'), code);
  return path;
}

afterEach(() => vi.unstubAllEnvs());

describe('TensorFlow.js', () => {
  it('is the core on its own CPU backend where the native package is not installed, and says so', async () => {
    const loaded = await loadTensorflow('');
    expect(loaded).toMatchObject({ native: false, backend: 'cpu', source: '@tensorflow/tfjs-core' });
    expect(loaded.reason).toBe('@tensorflow/tfjs-node is not installed.');
    expect(slownessOf(loaded)).toBe(
      'TensorFlow.js computes on its own cpu backend, which is slow: @tensorflow/tfjs-node is not installed.',
    );
  });

  it('is the same again when it is loaded again', async () => {
    const [first, second] = [await loadTensorflow(''), await loadTensorflow('')];
    expect(second.tf).toBe(first.tf);
    expect(first.tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0]).toBe(11);
  });

  it('writes nothing to the terminal of itself', async () => {
    const warn = vi.spyOn(console, 'warn');
    const { tf } = await loadTensorflow('');
    tf.tensor1d([1, 2]).dispose();
    expect(warn).not.toHaveBeenCalled();
  });

  it('is loaded from COUNTENANCE_TFJS_NODE, with what Node took out of util put back before', async () => {
    vi.stubEnv('COUNTENANCE_TFJS_NODE', packageNamed('native', 'tensorflow'));
    const loaded = await loadTensorflow();
    expect(loaded).toMatchObject({ native: true, backend: 'tensorflow', source: join(folder, 'native'), reason: '' });
    expect(slownessOf(loaded)).toBeNull();
    const old = util as unknown as { isNullOrUndefined(value: unknown): boolean };
    expect([null, undefined, 0, ''].map((value) => old.isNullOrUndefined(value))).toEqual([true, true, false, false]);
  });

  it('is slow too where the copy that was named has no native backend', async () => {
    const loaded = await loadTensorflow(packageNamed('plain', 'cpu'));
    expect(slownessOf(loaded)).toContain('has no native backend');
  });

  it('is refused where the path that was named cannot be loaded', async () => {
    await expect(loadTensorflow(join(folder, 'nowhere'))).rejects.toMatchObject({
      code: 'ENGINE',
      message: expect.stringContaining('cannot be loaded from'),
      detail: { file: join(folder, 'nowhere'), remedy: expect.stringContaining('COUNTENANCE_TFJS_NODE') },
    });
  });
});
