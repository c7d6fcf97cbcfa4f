import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeClassifier } from '../../src/main/engine/models/write-classifier.ts';
import { writePapers } from '../../src/main/engine/models/write-folder.ts';
import { classifier } from '../../src/main/engine/nets/classifier.ts';
import { parametersOf } from '../../src/main/engine/nets/instantiate.ts';
import { initialWeights } from '../../src/main/engine/weights/initial.ts';
import { FERPLUS_EMOTIONS } from '../../src/shared/class-sets.ts';
import { tinyConfig } from '../engine/training/tiny-run.ts';

/** Writes an untrained classifier of FERPlus's emotions that trains in milliseconds a step; its `.onnx` file. */
export async function writeTinyModel(folder: string): Promise<string> {
  mkdirSync(folder);
  const config = tinyConfig({
    input: 48,
    resizer: { kind: 'resizer', n: 2, r: 0 },
    num_classes: FERPLUS_EMOTIONS.length,
  });
  const tensors = initialWeights(parametersOf(classifier, config), 5);
  const about = { name: 'tiny', classOverrides: {}, licence: 'MIT', source: '', trainedOn: '', metrics: null };
  const spec = writeClassifier(folder, { ...about, classes: [...FERPLUS_EMOTIONS], config, tensors });
  await writePapers(folder, spec, { summary: 'For tests.', sections: [] });
  return join(folder, 'tiny.onnx');
}
