import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CaseResult, runCase } from '../../src/main/engine/nets/run-case.ts';
import type { CompileOptions } from '../../src/main/engine/onnx/run.ts';
import { numbersOf, type TensorData } from '../../src/main/engine/onnx/tensor.ts';
import { loadSafetensors } from '../../src/main/engine/weights/safetensors.ts';
import { SHARED } from './shared-data.ts';

/** Largest error of an output's element, and largest error of a gradient ÷ its largest element. */
const OUTPUT_TOLERANCE = 1e-4;
const GRADIENT_TOLERANCE = 1e-3;

/**
 * Gradients that are zero but for rounding, PyTorch's and ours alike: of a bias before normalisation by batch
 * statistics, or of one that adds the same to every logit of a softmax. They must stay small beside the case's largest.
 */
const VANISHING: Readonly<Record<string, RegExp>> = {
  resizer_train: /^grad\.(conv3|resblock\.\d\.conv[12])\.bias$/,
  xcit: /^grad\.cls_attn_blocks\.\d\.attn\.k\.bias$/,
  convit: /^grad\.blocks\.\d\.attn\.pos_proj\.bias$/,
};
const VANISHING_SHARE = 1e-6;

/** Where reference numbers may lie: the small ones with the tests, all of them beside the checkout. */
const FOLDERS = [resolve(import.meta.dirname, '../fixtures/nets'), `${SHARED}/fixtures`];

/** The folder that has a reference case's files; undefined where none has. */
export const folderOfCase = (name: string): string | undefined =>
  FOLDERS.find((folder) => existsSync(`${folder}/${name}.io.safetensors`));

/** Put in the title of a case whose files are not here, so that a skip says why. */
export const CASE_IS_ABSENT = ' (skipped: ../shared/fixtures is not here)';

/** PyTorch's numbers for a case, by the names of a CaseResult. */
export const expectedOf = (folder: string, name: string): CaseResult =>
  new Map(
    [...loadSafetensors(`${folder}/${name}.io.safetensors`)].filter(([key]) => /^(output$|grad\.|after\.)/.test(key)),
  );

/**
 * Registers the tests of one reference case: its net, with the case's weights, has PyTorch's output, every gradient
 * and, in training mode, every buffer after the step. Skipped, saying so, where the case's files are not here.
 */
export function checkCase(name: string, options: CompileOptions = {}): void {
  const folder = folderOfCase(name);
  const title = options.provider === undefined ? name : `${name} on ${options.provider}`;
  if (folder === undefined) {
    describe.skip(`${title}${CASE_IS_ABSENT}`, () => it('has PyTorch’s numbers', () => {}));
    return;
  }
  const expected = expectedOf(folder, name);
  describe(title, () => {
    let found: CaseResult = new Map();
    beforeAll(async () => {
      found = await runCase(folder, name, options);
    });

    it.each([...expected.keys()])('has PyTorch’s %s', (key) => {
      expect(difference(name, key, found, expected)).toBeNull();
    });
  });
}

/** Where a tensor of a case is not PyTorch's, in words; null where it is. */
export function difference(name: string, key: string, found: CaseResult, expected: CaseResult): string | null {
  const [ours, theirs] = [found.get(key), expected.get(key)!];
  if (ours === undefined) return `${key} is missing.`;
  if (ours.shape.join() !== theirs.shape.join()) return `${key} is [${ours.shape}] instead of [${theirs.shape}].`;
  const error = largestError(ours, theirs);
  const allowed = allowedError(name, key, expected);
  return error <= allowed ? null : `${key} is off by ${error}; ${allowed} is allowed.`;
}

function allowedError(name: string, key: string, expected: CaseResult): number {
  if (!key.startsWith('grad.')) return OUTPUT_TOLERANCE;
  if (!VANISHING[name]?.test(key)) return GRADIENT_TOLERANCE * largest(expected.get(key)!);
  const gradients = [...expected].filter(([other]) => other.startsWith('grad.'));
  return VANISHING_SHARE * Math.max(...gradients.map(([, tensor]) => largest(tensor)));
}

const largest = (tensor: TensorData): number =>
  numbersOf(tensor).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Not a number where one of the two is not. */
function largestError(found: TensorData, expected: TensorData): number {
  const reference = numbersOf(expected);
  return numbersOf(found).reduce((most, value, at) => Math.max(most, Math.abs(value - reference[at]!)), 0);
}
