import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadSafetensors } from '../../../src/main/engine/weights/safetensors.ts';
import { CASE_IS_ABSENT, difference, expectedOf, folderOfCase } from '../../support/fixture-cases.ts';
import { swiftShader, withSwiftShader } from '../../support/swift-shader.ts';
import { suiteFolder } from '../../support/temp.ts';

const MAIN = resolve(import.meta.dirname, '../../../src/main/cli/main.ts');
/** A software driver compiles the shaders of every op anew. */
const SHADERS_MS = 300_000;
/** The quickest cases of a convolutional and of two attention networks. */
const CASES = ['stn', 'vit', 'swin_b'];

const folder = suiteFolder();
const driver = swiftShader();

/** The driver is chosen by the environment, so the case runs in a process of its own: the command line. */
async function runOnWebgpu(cases: string, name: string, env: NodeJS.ProcessEnv) {
  const out = join(folder, `${name}.safetensors`);
  const words = ['--library', join(folder, `${name}.sqlite`), 'net', 'run', cases, name, '--out', out];
  await promisify(execFile)(process.execPath, [MAIN, ...words, '--provider', 'webgpu'], { env });
  return loadSafetensors(out);
}

describe('networks on WebGPU, SwiftShader as its device', () => {
  for (const name of CASES) {
    const cases = folderOfCase(name);
    it.skipIf(cases === undefined)(
      `${name} has PyTorch’s output and gradients${cases === undefined ? CASE_IS_ABSENT : ''}`,
      { timeout: SHADERS_MS },
      async (context) => {
        if ('reason' in driver) return context.skip(driver.reason);
        const expected = expectedOf(cases!, name);
        const found = await runOnWebgpu(cases!, name, withSwiftShader(driver.driver));
        expect([...expected.keys()].map((key) => difference(name, key, found, expected)).filter(Boolean)).toEqual([]);
      },
    );
  }
});
