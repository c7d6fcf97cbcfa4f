import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/main/engine/models/inspect.ts';
import { ModelError } from '../../../src/shared/errors.ts';
import { tinyClassifier, writeModel } from '../../support/onnx-models.ts';
import { tempFolder } from '../../support/temp.ts';

const WEIGHTS = [
  [2, -1],
  [0.5, 3],
  [1, 1],
];
const CLASSES = ['calm', 'joy'];

/** A model whose only output is called as if it held probabilities but holds logits. */
function misnamed(): string {
  const model = tinyClassifier({ weights: WEIGHTS, outputs: ['logits'], names: { logits: 'probs' } });
  return writeModel(join(tempFolder(), 'misnamed.onnx'), model);
}

describe('inspecting a model by a blank batch', () => {
  it('takes an output that was only guessed to hold probabilities for logits when it does not', async () => {
    const { spec, guessed } = await inspectModel(misnamed(), null, { classes: CLASSES });
    expect(spec.outputs).toEqual({ logits: 'probs' });
    expect(guessed).toContain('outputs');
  });

  it('refuses an output that was stated to hold probabilities when it does not', async () => {
    const attempt = inspectModel(misnamed(), null, { classes: CLASSES, outputs: { probabilities: 'probs' } });
    await expect(attempt).rejects.toThrow(ModelError);
    await expect(attempt).rejects.toThrow(/no probabilities/);
  });

  it('keeps a right guess', async () => {
    const file = writeModel(join(tempFolder(), 'tiny.onnx'), tinyClassifier({ weights: WEIGHTS }));
    const { spec } = await inspectModel(file, null, { classes: CLASSES });
    expect(spec.outputs).toEqual({ probabilities: 'probabilities', logits: 'logits', embedding: 'embedding' });
  });
});
