import { dirname, join } from 'node:path';
import type { ExportPlan } from '../../../shared/contract/exports.ts';
import type { Split } from '../../../shared/entities.ts';
import type { ModelSpec } from '../../../shared/model-spec.ts';
import { findDataset, listDatasets } from '../../library/datasets.ts';
import type { Library } from '../../library/db.ts';
import { listRuns } from '../../library/runs.ts';
import { batchSizeOf } from '../classifier.ts';
import { type ClassifierConfig, classifier } from '../nets/classifier.ts';
import { instantiate } from '../nets/instantiate.ts';
import { parameterCount } from '../nets/variant-summary.ts';
import { elementCount } from '../onnx/tensor.ts';
import { readStart } from '../training/run/folder.ts';
import type { FoundSource } from './source.ts';

/** Faces that are compared by unless told otherwise. */
const CHECKED = 64;

/** What can be exported of a source and how it is unless told otherwise; no weights are read for it. */
export function planExport(library: Library, found: FoundSource): ExportPlan {
  const name = nameOf(found);
  const common = { name, out: folderFor(library, name), classes: classesOf(found), check: checkFor(library, found) };
  if (found.kind !== 'foreign') {
    return { ...common, ...factsOf(found.config), builtHere: true, dynamicBatch: true, input: 'uint8' };
  }
  const { spec, graph, fileBytes } = found.model;
  return {
    ...common,
    stages: [],
    builtHere: false,
    dynamicBatch: batchSizeOf(graph, spec.input.name) === null,
    input: spec.input.dtype,
    parameters: graph.parameters,
    bytes: { float32: fileBytes, half: Math.ceil(fileBytes / 2) },
  };
}

/** Where an export goes that names no place. */
export const folderFor = (library: Library, name: string): string => join(dirname(library.file), 'exports', name);

/** The model's name, or a run's as a model can be named. */
export function nameOf(found: FoundSource): ModelSpec['name'] {
  if (found.kind !== 'training') return found.model.name;
  const { name, id } = found.training;
  const fitting = name.replace(/[^\w.@+ -]+/g, '').trim();
  return fitting === '' ? `run-${id}` : fitting.slice(0, 120);
}

const classesOf = (found: FoundSource): string[] =>
  found.kind === 'training' ? readStart(found.training.folder).classes : found.model.spec.classes;

function factsOf(config: ClassifierConfig): Pick<ExportPlan, 'stages' | 'parameters' | 'bytes'> {
  const { outputs, specs } = instantiate(classifier, config, { batch: 1 });
  const bytes = (each: (shape: readonly number[]) => number): number =>
    specs.reduce((sum, { shape }) => sum + elementCount(shape) * each(shape), 0);
  return {
    stages: outputs.stages!.map(({ name }) => name),
    parameters: parameterCount(specs),
    bytes: { float32: bytes(() => 4), half: bytes(({ length }) => (length < 2 ? 4 : 2)) },
  };
}

/** The faces that a run validated with; of a model those that it was measured or last run on; null for drawn ones. */
export function checkFor(library: Library, found: FoundSource): ExportPlan['check'] {
  const facesOf = (
    dataset: string | undefined,
    splits: readonly (string | undefined | null)[],
  ): ExportPlan['check'] => {
    const known = dataset === undefined ? null : findDataset(library, dataset);
    const split = splits.find((wanted) => known?.splits.some((entry) => entry.split === wanted && entry.count > 0));
    const count = known?.splits.find((entry) => entry.split === split)?.count ?? 0;
    if (known === null || count === 0) return null;
    const faces = Math.min(CHECKED, count);
    return { datasetId: known.id, dataset: known.name, split: split as Split, faces };
  };
  if (found.kind === 'training') {
    const { dataset, validation, splits } = found.training.config;
    return facesOf(dataset, [validation, ...splits]);
  }
  const { training, metrics } = found.model.spec;
  const run = listRuns(library, null).find(({ modelId }) => modelId === found.model.id);
  const runsDataset = listDatasets(library).find(({ id }) => id === run?.datasetId)?.name;
  return facesOf(training?.dataset, [metrics?.split, 'valid']) ?? facesOf(runsDataset, run?.splits ?? []);
}
