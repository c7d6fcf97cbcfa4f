import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { foreignSubject } from '../../../src/main/engine/exporting/foreign-subject.ts';
import { guessModel } from '../../../src/main/engine/models/guess.ts';
import { registerModel } from '../../../src/main/engine/models/register.ts';
import { readModel } from '../../../src/main/engine/onnx/format/model-file.ts';
import { load } from '../../../src/main/engine/onnx/run.ts';
import { numbersOf, tensorOf } from '../../../src/main/engine/onnx/tensor.ts';
import { type Library, openLibrary } from '../../../src/main/library/db.ts';
import type { Model, ModelSpec } from '../../../src/shared/model-spec.ts';
import { type TinyClassifier, tinyClassifier, writeModel } from '../../support/onnx-models.ts';
import { PYTORCH_MODEL } from '../../support/pytorch-model.ts';
import { suiteFolder } from '../../support/temp.ts';
import { exportTo, subjectOptions } from './support.ts';

const folder = suiteFolder();
const CLASSES = ['a', 'b', 'c'];
const SIDE = 8;
/** Three channels to three classes. */
const WEIGHTS = [
  [0.9, -0.2, 0.1],
  [0.3, 0.8, -0.5],
  [-0.4, 0.2, 0.7],
];
const INPUT = { scale: 1 / 255, mean: [0.2, 0.4, 0.6], std: [0.5, 0.25, 0.2] };

let library: Library;

beforeAll(() => {
  library = openLibrary(join(folder, 'library.sqlite'));
  return () => library.close();
});

async function added(name: string, options: Omit<TinyClassifier, 'weights'>, input: object = INPUT): Promise<Model> {
  const { channels = 3 } = options;
  const file = writeModel(
    join(folder, `${name}.onnx`),
    tinyClassifier({ ...options, weights: WEIGHTS.slice(0, channels) }),
  );
  const guess = guessModel(file, null);
  const spec: Partial<ModelSpec> = {
    classes: CLASSES,
    name,
    licence: 'BSD',
    input: { ...guess.spec.input!, ...input },
  };
  return registerModel(library, guess, spec);
}

/** By hand: the mean of each channel, scaled as the model has it, times the weights, then softmax. */
function worked(bytes: Uint8Array): readonly number[] {
  const means = [0, 1, 2].map((channel) => {
    const plane = bytes.subarray(channel * SIDE * SIDE, (channel + 1) * SIDE * SIDE);
    const mean = plane.reduce((sum, byte) => sum + byte, 0) / plane.length;
    return (mean * INPUT.scale - INPUT.mean[channel]!) / INPUT.std[channel]!;
  });
  const powers = CLASSES.map((_, index) =>
    Math.exp(means.reduce((sum, mean, channel) => sum + mean * WEIGHTS[channel]![index]!, 0)),
  );
  return powers.map((power) => power / powers.reduce((sum, value) => sum + value, 0));
}

const FACE = Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, at) => (at * 31 + (at >> 6) * 77) % 256);

async function probabilitiesOf(
  file: string,
  feed: string,
  tensor: ReturnType<typeof tensorOf>,
): Promise<readonly number[]> {
  const model = await load(file);
  const { probabilities } = await model.run({ [feed]: tensor });
  await model.release();
  return numbersOf(probabilities!);
}

describe('exporting another tool’s model', () => {
  it('writes the same model again, with its metadata in place', async () => {
    const model = await added('same', { layout: 'NHWC', metadata: { author: 'somebody' } });
    const result = await exportTo(join(folder, 'out-same.onnx'), {
      subject: foreignSubject(model, subjectOptions({ name: 'same' })),
    });
    expect(result).toMatchObject({ maxDifference: 0, check: { changed: 0 } });
    const { metadata } = guessModel(join(folder, 'out-same.onnx'), null).graph;
    expect(metadata).toMatchObject({ author: 'somebody', licence: 'BSD', classes: JSON.stringify(CLASSES) });
  });

  it.each(['NCHW', 'NHWC'] as const)(
    'takes bytes as they are in place of scaled numbers in layout %s',
    async (layout) => {
      const model = await added(`bytes ${layout}`, { layout });
      const file = join(folder, `bytes-${layout}.onnx`);
      const subject = foreignSubject(model, subjectOptions({ name: 'bytes', input: 'uint8' }));
      const result = await exportTo(file, { subject });
      expect(result.maxDifference).toBeLessThan(1e-6);
      expect(readModel(file).inputs.map(String)).toEqual([`face: uint8[n, 3, ${SIDE}, ${SIDE}]`]);
      const found = await probabilitiesOf(file, 'face', tensorOf('uint8', [1, 3, SIDE, SIDE], FACE));
      for (const [index, share] of worked(FACE).entries()) expect(found[index]).toBeCloseTo(share, 5);
    },
  );

  it('takes numbers from 0 to 1 in place of bytes', async () => {
    const model = await added('floats', { channels: 1, dtype: 'uint8' }, {});
    const file = join(folder, 'out-floats.onnx');
    const result = await exportTo(file, {
      subject: foreignSubject(model, subjectOptions({ name: 'floats', input: 'float32' })),
    });
    expect(result.maxDifference).toBeLessThan(1e-6);
    expect(readModel(file).inputs.map(String)).toEqual([`face: float32[n, 1, ${SIDE}, ${SIDE}]`]);
  });

  it('gives probabilities where the model has logits alone', async () => {
    const model = await added('scores', { outputs: ['logits'], names: { logits: 'scores' } });
    const file = join(folder, 'out-scores.onnx');
    const { check } = await exportTo(file, {
      subject: foreignSubject(model, subjectOptions({ name: 'scores', input: 'uint8' })),
    });
    expect(check.outputs.map(({ name }) => name)).toEqual(['probabilities', 'logits']);
    expect([...readModel(file).outputs.keys()]).toEqual(['scores', 'probabilities']);
    const found = await probabilitiesOf(file, 'face', tensorOf('uint8', [1, 3, SIDE, SIDE], FACE));
    for (const [index, share] of worked(FACE).entries()) expect(found[index]).toBeCloseTo(share, 5);
  });

  it('is compared in batches of the only size that the model takes', async () => {
    const model = await added('fixed', { batch: 5 });
    const result = await exportTo(join(folder, 'out-fixed'), {
      subject: foreignSubject(model, subjectOptions({ name: 'fixed' })),
    });
    expect(result).toMatchObject({ maxDifference: 0, check: { faces: 16 } });
    expect(result.card).toContain('It takes 5 faces at once');
  });

  it('stores the large matrices of a real one in half the bytes', async () => {
    const model = await registerModel(library, guessModel(PYTORCH_MODEL, null), { name: 'reference' });
    const foreign = { ...model, spec: { ...model.spec, network: undefined } };
    const subject = foreignSubject(foreign, subjectOptions({ name: 'half', half: true }));
    const result = await exportTo(join(folder, 'out-half'), { subject, half: true });
    expect(result.maxDifference).toBeGreaterThan(0);
    expect(result.maxDifference).toBeLessThan(0.02);
    expect(result.files[0]!.bytes).toBeLessThan(0.55 * model.fileBytes);
  });

  it('cannot be taken apart', async () => {
    const model = await added('whole', {});
    const subject = foreignSubject(model, subjectOptions({ name: 'whole' }));
    await expect(exportTo(join(folder, 'out-whole'), { subject, stages: true })).rejects.toMatchObject({
      code: 'USAGE',
    });
  });
});
