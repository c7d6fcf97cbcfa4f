import { createHash } from 'node:crypto';
import { encode } from 'fast-png';
import { createDataset, ensureVoteFile } from '../src/main/library/datasets.ts';
import type { Library } from '../src/main/library/db.ts';
import type { NewImage } from '../src/main/library/images.ts';
import { addModel } from '../src/main/library/models.ts';
import { commitPredictions } from '../src/main/library/predictions.ts';
import { createRun } from '../src/main/library/runs.ts';
import { insertSamples, type NewSample } from '../src/main/library/samples.ts';
import { FERPLUS_CLASSES, FERPLUS_EMOTIONS } from '../src/shared/class-sets.ts';
import { SPLITS } from '../src/shared/entities.ts';
import type { ModelSpec } from '../src/shared/model-spec.ts';
import { seededRandom } from '../test/support/random.ts';

const BATCH = 5000;
const IMAGES = 512;

/** Fills a library with `count` generated faces (ten votes each, 512 distinct images) and one complete run over them. */
export function generateDataset(library: Library, count: number, seed = 1): { datasetId: number; runId: number } {
  const random = seededRandom(seed);
  const images = Array.from({ length: IMAGES }, () => generatedFace(random));
  const datasetId = createDataset(library, { name: `generated-${count}`, kind: 'ferplus', classes: FERPLUS_CLASSES });
  const voteFileId = ensureVoteFile(library, datasetId, 'generated');
  for (let from = 0; from < count; from += BATCH) {
    const batch: NewSample[] = [];
    for (let index = from; index < Math.min(count, from + BATCH); index += 1) {
      const key = `fer${String(index).padStart(7, '0')}.png`;
      const split = SPLITS[random() < 0.8 ? 0 : random() < 0.5 ? 1 : 2]!;
      const image = images[Math.floor(random() * IMAGES)]!;
      batch.push({ key, split, image, imageFile: key, votes: generatedVotes(random), voteFileId, voteRow: index + 2 });
    }
    insertSamples(library, datasetId, batch);
  }
  return { datasetId, runId: generateRun(library, datasetId, random) };
}

function generateRun(library: Library, datasetId: number, random: () => number): number {
  const spec = generatedSpec();
  const graph = { opset: 17, producer: 'bench', nodes: 0, parameters: 0, inputs: [], outputs: [], metadata: {} };
  const model = addModel(library, { file: '/generated', fileBytes: 0, sha256: '0', shipped: false, spec, graph });
  const classIndices = FERPLUS_EMOTIONS.map((_, index) => index);
  const identity = { datasetId, modelId: model.id, modelSha256: '0', spec, classIndices, splits: SPLITS };
  const run = createRun(library, { ...identity, provider: 'cpu' });
  const ids = library.prepare('SELECT id, label FROM samples WHERE dataset_id = ?').all(datasetId) as {
    id: number;
    label: number | null;
  }[];
  for (let from = 0; from < ids.length; from += BATCH) {
    const batch = ids.slice(from, from + BATCH).map(({ id, label }) => {
      const right = random() < 0.8 && label !== null && label < 8;
      return {
        sampleId: id,
        probabilities: peakedAt(right ? label : Math.floor(random() * 8), random),
        embedding: null,
      };
    });
    commitPredictions(library, run, batch, 0);
  }
  return run.id;
}

function generatedSpec(): ModelSpec {
  const input = { name: 'pixels', dtype: 'uint8', layout: 'NCHW', width: 48, height: 48, colour: 'grey' } as const;
  return {
    name: 'generated',
    input: { ...input, channels: 1, scale: 1, mean: [0], std: [1] },
    outputs: { probabilities: 'probabilities' },
    classes: [...FERPLUS_EMOTIONS],
    classOverrides: {},
    licence: '',
    source: '',
    trainedOn: '',
    pipeline: [],
    metrics: null,
  };
}

function peakedAt(top: number, random: () => number): number[] {
  const confidence = 0.3 + 0.7 * random();
  return FERPLUS_EMOTIONS.map((_, index) => (index === top ? confidence : (1 - confidence) / 7));
}

function generatedVotes(random: () => number): number[] {
  const votes = new Array<number>(FERPLUS_CLASSES.length).fill(0);
  const top = Math.floor(random() * random() * FERPLUS_CLASSES.length);
  const agreement = random();
  for (let vote = 0; vote < 10; vote += 1) {
    votes[random() < agreement ? top : Math.floor(random() * votes.length)]! += 1;
  }
  return votes;
}

/** A 48×48 grey PNG of a blurred oval: something to look at that is plainly no photograph. */
function generatedFace(random: () => number): NewImage {
  const data = new Uint8Array(48 * 48);
  const [x0, y0, light] = [22 + 4 * random(), 24 + 4 * random(), 90 + 140 * random()];
  for (let y = 0; y < 48; y += 1) {
    for (let x = 0; x < 48; x += 1) {
      const distance = ((x - x0) / 15) ** 2 + ((y - y0) / 20) ** 2;
      data[y * 48 + x] = Math.max(0, Math.min(255, light * Math.exp(-distance) + 25 * random()));
    }
  }
  const bytes = Buffer.from(encode({ width: 48, height: 48, data, channels: 1, depth: 8 }));
  const contentHash = createHash('sha256').update(data).digest().subarray(0, 16);
  const about = { contentHash, width: 48, height: 48, mediaType: 'image/png', byteSize: bytes.length };
  return { ...about, bytes, file: null, thumbnail: null };
}
