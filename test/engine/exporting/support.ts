import { randomUUID } from 'node:crypto';
import { builtSubject } from '../../../src/main/engine/exporting/built-subject.ts';
import { drawnFaces } from '../../../src/main/engine/exporting/check-faces.ts';
import { exportPlace } from '../../../src/main/engine/exporting/place.ts';
import { type ExportRun, runExport } from '../../../src/main/engine/exporting/run.ts';
import type { SubjectOptions } from '../../../src/main/engine/exporting/subject.ts';
import type { WrittenClassifier } from '../../../src/main/engine/models/write-classifier.ts';
import { initialWeights } from '../../../src/main/engine/weights/initial.ts';
import type { Library } from '../../../src/main/library/db.ts';
import type { ExportResult } from '../../../src/shared/contract/exports.ts';
import { seededRandom } from '../../support/random.ts';
import { CLASSES, specsOf, tinyConfig } from '../training/tiny-run.ts';

export const CLASS_NAMES = ['calm', 'glad', 'sad'];

/** A classifier of every part there is: FSRCNN, spatial transformer, resizer, Swin, the paper's head; no weight is zero. */
export function everyPart(changes: object = {}): WrittenClassifier {
  const sr = { kind: 'fsrcnn', config: { input: 12, scale: 2, features: 4, shrunk: 2, mapping: 1 } };
  const config = tinyConfig({ sr, stn: true, head: 'paper', num_classes: CLASSES, ...changes });
  const next = seededRandom(11);
  const tensors = [...initialWeights(specsOf(config), 5)].map(([key, tensor]) => {
    const data = (tensor.data as Float32Array).map((value) => value + (next() - 0.5) * 0.2);
    return [key, { ...tensor, data: key.endsWith('running_var') ? data.map(Math.abs) : data }] as const;
  });
  return {
    name: 'every part',
    classes: CLASS_NAMES,
    classOverrides: { glad: 'happiness' },
    licence: 'MIT',
    source: 'a test',
    trainedOn: 'noise',
    metrics: null,
    config,
    tensors: new Map(tensors),
  };
}

export const subjectOptions = (changes: Partial<SubjectOptions> = {}): SubjectOptions => ({
  name: 'every part',
  half: false,
  input: undefined,
  opset: 17,
  licence: undefined,
  version: '1.2.3',
  ...changes,
});

/** Exports to a place with drawn faces to compare by; without a subject, the classifier of every part. */
export function exportTo(
  out: string,
  changes: Partial<ExportRun> = {},
  options: Partial<SubjectOptions> = {},
): Promise<ExportResult> {
  const { half = false } = changes;
  return runExport({
    subject: builtSubject(everyPart(), [], subjectOptions({ half, ...options })),
    place: exportPlace(out),
    token: randomUUID(),
    format: 'onnx',
    stages: false,
    weights: false,
    half,
    force: false,
    faces: drawnFaces(),
    labelled: [],
    tolerance: null,
    version: '1.2.3',
    signal: new AbortController().signal,
    library: undefined as unknown as Library,
    onPhase: () => {},
    ...changes,
  });
}
