import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createJobRunner } from '../src/main/api/job-runner.ts';
import { batchSizeOf, openClassifier } from '../src/main/engine/classifier.ts';
import { decodeBatch, type FaceBatch } from '../src/main/engine/decode-worker.ts';
import type { PredictResult } from '../src/main/engine/jobs/predict.ts';
import { registerShippedModels } from '../src/main/engine/models/register.ts';
import { prepareRun } from '../src/main/engine/prepare-run.ts';
import { type Library, openLibrary } from '../src/main/library/db.ts';
import { imageOfSample } from '../src/main/library/images.ts';
import { ingest } from '../src/main/library/ingest.ts';
import { pendingSamples, type RunRecord } from '../src/main/library/runs.ts';
import type { Model } from '../src/shared/model-spec.ts';
import { generateDataset } from './generate.ts';

export const name = 'predict';
export const describe = 'faces a second of a whole prediction job beside the bare session (FACES, default 3579)';

const ROOT = resolve(import.meta.dirname, '..');
const REAL_FACES = resolve(ROOT, '../shared/data/ferplus-train-valid.zip');
const ENGINE_ENTRY = resolve(ROOT, 'src/main/engine/process.ts');
/** As many as the valid split of FERPlus. */
const FACES = 3579;
const BATCH = 32;
const ROUNDS = 2;

/** Runs the shipped model on the CPU, job and bare session in turn, and prints both rates and the job's overhead. */
export async function run(args: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'countenance-bench-'));
  const library = openLibrary(join(folder, 'library.sqlite'));
  try {
    const faces = Number(args[0] ?? FACES);
    const { datasetId, origin } = await facesInto(library, faces);
    const { models } = await registerShippedModels(library, join(ROOT, 'models'));
    const model = models[0]!;
    print('faces', `${faces} ${origin}`);
    print('model', `${model.name}, batch ${BATCH}, cpu`);
    const bare: number[] = [];
    const job: number[] = [];
    const wall: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const request = { datasetId, modelId: model.id, splits: [], again: true };
      const planned = prepareRun(library, request);
      bare.push(await bareSession(library, model, planned));
      const measured = await wholeJob(library, planned);
      job.push(measured.result.facesPerSecond!);
      wall.push(measured.wallFacesPerSecond);
      print(`round ${round + 1}: bare session`, rate(bare.at(-1)!));
      const share = measured.result.seconds / measured.result.sessionSeconds - 1;
      print(`round ${round + 1}: job’s time beside its session’s`, percent(share));
      print(`round ${round + 1}: job`, `${rate(job.at(-1)!)}, with start of process and model ${rate(wall.at(-1)!)}`);
    }
    print('overhead of the job (goal: at most 10 %)', percent(overhead(bare, job)));
    print('overhead with start of process and model', percent(overhead(bare, wall)));
  } finally {
    library.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function facesInto(library: Library, faces: number): Promise<{ datasetId: number; origin: string }> {
  if (!existsSync(REAL_FACES)) {
    return { datasetId: generateDataset(library, faces).datasetId, origin: `generated (${REAL_FACES} is not there)` };
  }
  const source = { paths: [REAL_FACES], kind: 'ferplus', classMap: {}, name: 'ferplus' };
  const { datasetId } = await ingest(library, source, { signal: new AbortController().signal, onProgress: () => {} });
  library.sqlite.prepare('DELETE FROM samples WHERE id NOT IN (SELECT id FROM samples ORDER BY id LIMIT ?)').run(faces);
  return { datasetId, origin: 'real FERPlus faces' };
}

/** Faces a second of the session alone, all input decoded beforehand. */
async function bareSession(library: Library, model: Model, planned: RunRecord): Promise<number> {
  const { spec } = planned;
  const batches: FaceBatch[] = [];
  for (let after = 0; ; after = batches.at(-1)!.ids.at(-1)!) {
    const ids = pendingSamples(library, planned, after, BATCH);
    if (ids.length === 0) break;
    batches.push(await decodeBatch(ids, spec.input, (id) => imageOfSample(library, id)));
  }
  const fixedBatch = batchSizeOf(model.graph, spec.input.name);
  const classifier = await openClassifier({ file: model.file, spec, fixedBatch, provider: 'cpu' });
  await classifier.classify(batches[0]!.data, batches[0]!.ids.length);
  const begun = performance.now();
  for (const { data, ids } of batches) await classifier.classify(data, ids.length);
  const seconds = (performance.now() - begun) / 1000;
  await classifier.release();
  return planned.total / seconds;
}

async function wholeJob(
  library: Library,
  planned: RunRecord,
): Promise<{ result: PredictResult; wallFacesPerSecond: number }> {
  const runner = createJobRunner({ library, engineEntry: ENGINE_ENTRY, publish: () => {} });
  const begun = performance.now();
  const parameters = { runId: planned.id, provider: 'cpu', batchSize: BATCH };
  const { id } = runner.start('predict', parameters, { runId: planned.id });
  const job = await runner.finished(id);
  const seconds = (performance.now() - begun) / 1000;
  await runner.close();
  if (job.status !== 'done') throw new Error(`The job ended as ${job.status}: ${job.error?.message ?? ''}`);
  return { result: job.result as PredictResult, wallFacesPerSecond: planned.total / seconds };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
/** The share of time above the bare session's, over all rounds. */
const overhead = (bare: readonly number[], whole: readonly number[]): number =>
  sum(whole.map((value) => 1 / value)) / sum(bare.map((value) => 1 / value)) - 1;
const rate = (value: number): string => `${value.toFixed(1)} faces/s`;
const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

function print(what: string, figure: string): void {
  process.stdout.write(`${what.padEnd(48)} ${figure}\n`);
}
