import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { guessModel } from '../../../src/main/engine/models/guess.ts';
import { importOnnx } from '../../../src/main/engine/models/import-onnx.ts';
import { type TinyClassifier, tinyClassifier, writeModel } from '../../support/onnx-models.ts';
import { tempFolder } from '../../support/temp.ts';

const CLASSES = ['yes', 'no'];
const WEIGHTS = [[0.01, -0.02]];

/** Imports a tiny model and resolves to the report and the folder. */
async function imported(options: Partial<TinyClassifier>) {
  const folder = tempFolder();
  const file = writeModel(
    join(tempFolder(), 'tiny.onnx'),
    tinyClassifier({ channels: 1, weights: WEIGHTS, ...options }),
  );
  return { folder, report: await importOnnx(folder, file, null, { classes: CLASSES, licence: 'MIT' }) };
}

describe('another tool’s model, imported', () => {
  it('is described by a manifest that states all that was told and guessed', async () => {
    const { folder, report } = await imported({ layout: 'NHWC', dtype: 'uint8' });
    expect(report).toEqual({ unknownOps: [], gradientObstacle: null, difference: 0, compared: 4 });
    const { spec, guessed, missing } = guessModel(join(folder, 'tiny.onnx'), null);
    expect([guessed, missing]).toEqual([[], []]);
    expect(spec).toMatchObject({
      name: 'tiny',
      classes: CLASSES,
      licence: 'MIT',
      input: { layout: 'NHWC', dtype: 'uint8' },
    });
  });

  it('is compared over as many faces as its graph takes', async () => {
    expect((await imported({ batch: 3 })).report).toMatchObject({ difference: 0, compared: 3 });
  });

  it('has logits where an output was only named as if it held probabilities', async () => {
    const { folder } = await imported({ outputs: ['logits'], names: { logits: 'prob' } });
    expect(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))).toMatchObject({
      outputs: { logits: 'prob' },
    });
  });
});
