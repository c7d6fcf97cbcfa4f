import { randomUUID } from 'node:crypto';
import { basename, extname, resolve } from 'node:path';
import type { ExportOrder } from '../../shared/contract/exports.ts';
import type { Job } from '../../shared/entities.ts';
import { UsageError } from '../../shared/errors.ts';
import { modelSpecSchema } from '../../shared/model-spec.ts';
import type { LabelledSplit } from '../engine/exporting/measure.ts';
import { type ExportPlace, exportNames, exportPlace, refuseTakenPlace } from '../engine/exporting/place.ts';
import { checkFor, folderFor, nameOf, planExport } from '../engine/exporting/plan.ts';
import { type FoundSource, findSource } from '../engine/exporting/source.ts';
import { STAGE_NAMES } from '../engine/nets/classifier-graph.ts';
import { readStart } from '../engine/training/run/folder.ts';
import { mapTargets } from '../engine/training/targets.ts';
import { getDataset } from '../library/datasets.ts';
import type { Library } from '../library/db.ts';
import type { BackendContext } from './context.ts';
import { api } from './implementer.ts';
import { trainingTargets } from './training-targets.ts';

/** The one that validation and test are always scored by. */
const PROTOCOL = 'majority';

export const exports = {
  plan: api.exports.plan.handler(({ input, context: { library } }) => planExport(library, findSource(library, input))),
  start: api.exports.start.handler(({ input, context }) => startExport(context, input)),
};

function startExport({ library, jobs, version }: BackendContext, order: ExportOrder): Job {
  const found = findSource(library, order.source);
  refuseImpossible(found, order);
  const out = resolve(order.out ?? folderFor(library, order.name ?? nameOf(found)));
  const place = exportPlace(out);
  if (place.kind === 'file' && order.format === 'folder') {
    throw new UsageError('The format “folder” is written into a folder, not a file.', {
      field: 'out',
      remedy: 'Name a folder, or choose the format onnx.',
    });
  }
  const name = order.name ?? nameFor(found, place);
  const names = exportNames(place, { name });
  const written = [names.model, names.weights, names.manifest, names.card, ...STAGE_NAMES.map(names.stage)];
  refuseTakenPlace(place, written, order.force);
  const check = order.check ?? checkFor(library, found);
  const dataset = check === null ? null : getDataset(library, check.datasetId);
  const { measure, ...rest } = order;
  const labelled = measure.map((wanted) => labelledSplit(library, found, wanted));
  const parameters = { ...rest, name, out, check, labelled, token: randomUUID(), version };
  return jobs.start('export', parameters, { datasetId: dataset?.id ?? null });
}

/** A run's file gives the model its name; a model keeps its own. */
function nameFor(found: FoundSource, { kind, path }: ExportPlace): string {
  const stem = basename(path).slice(0, -extname(path).length);
  const isName = kind === 'file' && modelSpecSchema.shape.name.safeParse(stem).success;
  return found.kind === 'training' && isName ? stem : nameOf(found);
}

/** The faces of a split with their majority class. Throws UsageError where there are none, ClassMappingError. */
function labelledSplit(
  library: Library,
  found: FoundSource,
  { datasetId, split }: ExportOrder['measure'][number],
): LabelledSplit {
  const { name, voteFiles } = getDataset(library, datasetId);
  const { classes, classOverrides } = found.kind === 'training' ? readStart(found.training.folder) : found.model.spec;
  const table = trainingTargets(library, { datasetId, splits: [split], protocol: PROTOCOL });
  const { ids, labels } = mapTargets(table, classes, classOverrides);
  if (ids.length > 0) {
    return { dataset: name, split, protocol: PROTOCOL, votesFiles: voteFiles, ids: [...ids], labels: [...labels] };
  }
  throw new UsageError(`No face of “${name}” in ${split} is kept by the protocol ${PROTOCOL}.`, {
    field: 'measure',
    remedy: 'Measure on another split.',
  });
}

function refuseImpossible(found: FoundSource, { format, stages, weights }: ExportOrder): void {
  if (stages && format === 'folder') {
    throw new UsageError('Weights alone have no stages.', { field: 'stages', remedy: 'Choose the format onnx.' });
  }
  if (found.kind !== 'foreign') return;
  const field = format === 'folder' ? 'format' : stages ? 'stages' : weights ? 'weights' : null;
  if (field === null) return;
  throw new UsageError(`The network of “${found.model.name}” is not known here, so it cannot be taken apart.`, {
    field,
    remedy: 'Export it as one .onnx file, without stages and weights.',
  });
}
