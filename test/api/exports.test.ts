import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/main/api/backend.ts';
import { exportOrderSchema, exportResultSchema } from '../../src/shared/contract/exports.ts';
import { CLASS_NAMES } from '../engine/face-library.ts';
import { suiteFolder } from '../support/temp.ts';
import { registerTiny, tinyTraining, trainingBackend, writeTinyModel } from './training-setup.ts';

const folder = suiteFolder();
let backend: Backend;
let trainingId: number;

beforeAll(async () => {
  mkdirSync(join(folder, 'tiny'));
  mkdirSync(join(folder, 'none'));
  const model = await writeTinyModel(join(folder, 'tiny'));
  backend = await trainingBackend(join(folder, 'none'), 'library');
  await registerTiny(backend.library, model);
  const { training, job } = await backend.client.trainings.start(tinyTraining({ epochs: 2 }));
  expect((await backend.context.jobs.finished(job.id)).status).toBe('done');
  trainingId = training.id;
}, 120_000);

afterAll(() => backend.close());

const source = () => ({ kind: 'training', trainingId, weights: 'best' }) as const;
const modelSource = async () =>
  ({ kind: 'model', modelId: (await backend.client.models.find({ name: 'tiny' })).id }) as const;
const outIn = (name: string): string => join(folder, 'out', name);

describe('the plan of an export', () => {
  it('says of a run what can be exported, and by which faces it is compared', async () => {
    const plan = await backend.client.exports.plan(source());
    const faces = backend.library.prepare("SELECT id FROM datasets WHERE name = 'faces'").pluck().get() as number;
    expect(plan).toMatchObject({
      name: 'tiny on faces f_pdls',
      stages: ['resizer', 'backbone', 'head'],
      builtHere: true,
      dynamicBatch: true,
      input: 'uint8',
      classes: [...CLASS_NAMES],
      check: { datasetId: faces, dataset: 'faces', split: 'valid', faces: 16 },
    });
    expect(plan.out).toBe(join(folder, 'none/exports', plan.name));
    expect(plan.bytes.float32).toBeGreaterThanOrEqual(plan.parameters * 4);
    expect(plan.bytes.half).toBeLessThan(0.7 * plan.bytes.float32);
  });

  it('knows no faces of a model that nothing was ever run on', async () => {
    expect(await backend.client.exports.plan(await modelSource())).toMatchObject({ name: 'tiny', check: null });
  });
});

describe('the job of an export', () => {
  it('results in the files, the check and the card, and is resumed anew after it was cancelled', async () => {
    const order = exportOrderSchema.parse({ source: source(), out: outIn('model'), stages: true, name: 'made' });
    const started = await backend.client.exports.start(order);
    expect(started).toMatchObject({ kind: 'export', title: 'Export tiny on faces f_pdls' });
    await backend.client.jobs.cancel({ id: started.id });
    expect((await backend.context.jobs.finished(started.id)).status).toBe('cancelled');
    expect(existsSync(outIn('model'))).toBe(false);
    expect(existsSync(join(folder, 'out')) ? readdirSync(join(folder, 'out')) : []).toEqual([]);
    await backend.client.jobs.resume({ id: started.id });
    const job = await backend.context.jobs.finished(started.id);
    expect(job).toMatchObject({ status: 'done', error: null, provider: 'cpu' });
    const result = exportResultSchema.parse(job.result);
    expect(result).toMatchObject({ name: 'made', check: { dataset: 'faces', split: 'valid', faces: 16 } });
    expect(result.maxDifference).toBeLessThan(1e-4);
    expect(readdirSync(outIn('model'))).toEqual(result.files.map(({ name }) => name).toSorted());
  });

  it('is refused before it starts where files stand, and for weights that there are not', async () => {
    const order = exportOrderSchema.parse({ source: await modelSource(), out: join(folder, 'tiny') });
    await expect(backend.client.exports.start(order)).rejects.toMatchObject({
      code: 'CONFLICT',
      data: { remedy: expect.stringContaining('--force') },
    });
    const none = exportOrderSchema.parse({ source: { kind: 'training', trainingId: 99, weights: 'best' } });
    await expect(backend.client.exports.start(none)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('states in a saved model what an export of the same run states', async () => {
    const { model } = await backend.client.trainings.save({
      id: trainingId,
      name: 'saved',
      weights: 'best',
      force: false,
    });
    const job = await backend.client.exports.start(
      exportOrderSchema.parse({ source: source(), out: outIn('same'), name: 'same' }),
    );
    expect((await backend.context.jobs.finished(job.id)).status).toBe('done');
    const exported = await backend.client.models.inspect({ file: join(outIn('same'), 'same.onnx'), manifest: null });
    for (const field of [
      'classes',
      'trainedOn',
      'source',
      'licence',
      'metrics',
      'training',
      'pipeline',
      'outputs',
    ] as const) {
      expect(exported.spec[field], field).toEqual(model.spec[field]);
    }
    expect(model.spec.training).toMatchObject({ dataset: 'faces', protocol: 'majority', votesFiles: ['votes.csv'] });
    expect(model.spec.metrics).toMatchObject({ split: 'valid', protocol: 'majority', dataset: 'faces' });
    expect(model.graph.metadata).toMatchObject({ dataset: 'faces', licence: 'MIT' });
  });
});
