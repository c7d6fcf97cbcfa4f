import { createHash } from 'node:crypto';
import { createDataset, ensureVoteFile } from '../../src/main/library/datasets.ts';
import type { Library } from '../../src/main/library/db.ts';
import type { NewImage } from '../../src/main/library/images.ts';
import { addModel } from '../../src/main/library/models.ts';
import { createRun, type RunRecord } from '../../src/main/library/runs.ts';
import { insertSamples } from '../../src/main/library/samples.ts';
import { FERPLUS_CLASSES } from '../../src/shared/class-sets.ts';
import type { Split } from '../../src/shared/entities.ts';
import type { GraphSummary, ModelSpec } from '../../src/shared/model-spec.ts';

export interface FaceRow {
  readonly key: string;
  readonly split?: Split;
  readonly votes: readonly number[];
  readonly pixels?: string;
}

/** An image whose content hash is of the given text: equal texts are equal pixels. */
export function fakeImage(pixels: string): NewImage {
  return {
    contentHash: createHash('sha256').update(pixels).digest().subarray(0, 16),
    width: 48,
    height: 48,
    mediaType: 'image/png',
    byteSize: pixels.length,
    bytes: Buffer.from(pixels),
    file: null,
    thumbnail: null,
  };
}

/** A FERPlus-like dataset with the given faces; returns its number. */
export function addFaces(library: Library, faces: readonly FaceRow[], name = 'faces'): number {
  const datasetId = createDataset(library, { name, kind: 'ferplus', classes: FERPLUS_CLASSES });
  const voteFileId = ensureVoteFile(library, datasetId, 'fer2013new.csv');
  insertSamples(
    library,
    datasetId,
    faces.map((face, index) => ({
      key: face.key,
      split: face.split ?? 'valid',
      image: fakeImage(face.pixels ?? face.key),
      imageFile: `data/${face.key}`,
      votes: face.votes,
      voteFileId,
      voteRow: index + 2,
    })),
  );
  return datasetId;
}

const GRAPH: GraphSummary = { opset: 17, producer: '', nodes: 1, parameters: 1, inputs: [], outputs: [], metadata: {} };

export function modelSpec(name: string, classes: readonly string[]): ModelSpec {
  return {
    name,
    input: {
      name: 'pixels',
      dtype: 'uint8',
      layout: 'NCHW',
      width: 48,
      height: 48,
      colour: 'grey',
      channels: 1,
      scale: 1,
      mean: [0],
      std: [1],
    },
    outputs: { probabilities: 'probabilities' },
    classes: [...classes],
    classOverrides: {},
    licence: '',
    source: '',
    trainedOn: '',
    pipeline: [],
    metrics: null,
  };
}

/** A model row and an empty run of it over a dataset; the model's classes are the dataset's at `classIndices`. */
export function addRun(
  library: Library,
  datasetId: number,
  options: {
    readonly name?: string;
    readonly splits?: readonly Split[];
    readonly classIndices?: readonly number[];
  } = {},
): RunRecord {
  const classIndices = options.classIndices ?? [0, 1, 2, 3, 4, 5, 6, 7];
  const spec = modelSpec(
    options.name ?? 'model',
    classIndices.map((index) => FERPLUS_CLASSES[index]!.name),
  );
  const sha256 = createHash('sha256').update(spec.name).digest('hex');
  const model = addModel(library, { file: '/nowhere.onnx', fileBytes: 1, sha256, shipped: false, spec, graph: GRAPH });
  return createRun(library, {
    datasetId,
    modelId: model.id,
    modelSha256: sha256,
    spec,
    classIndices,
    splits: options.splits ?? ['valid'],
    provider: 'cpu',
  });
}

/** Probabilities over `count` classes with `confidence` on one and the rest shared evenly. */
export function peaked(count: number, top: number, confidence: number): number[] {
  return Array.from({ length: count }, (_, index) => (index === top ? confidence : (1 - confidence) / (count - 1)));
}
