import type { TrainedRun } from './trained-classifier.ts';
import { trainedClassifier } from './trained-classifier.ts';
import { aboutTrained } from './training-card.ts';
import { writeClassifier } from './write-classifier.ts';
import { writePapers } from './write-folder.ts';

/** Writes a model's folder from what a run trained. Throws WeightsError or EngineError where its files are gone. */
export async function saveTraining(folder: string, run: TrainedRun): Promise<void> {
  const written = trainedClassifier(run);
  const spec = writeClassifier(folder, written);
  await writePapers(folder, spec, aboutTrained(spec, run.epochs));
}
