import { randomUUID } from 'node:crypto';
import { basename, extname, resolve } from 'node:path';
import type { ExportOrder } from '../../shared/contract/exports.ts';
import type { Job } from '../../shared/entities.ts';
import { UsageError } from '../../shared/errors.ts';
import { modelSpecSchema } from '../../shared/model-spec.ts';
import { type ExportPlace, exportNames, exportPlace, refuseTakenPlace } from '../engine/exporting/place.ts';
import { checkFor, folderFor, nameOf, planExport } from '../engine/exporting/plan.ts';
import { type FoundSource, findSource } from '../engine/exporting/source.ts';
import { STAGE_NAMES } from '../engine/nets/classifier-graph.ts';
import { getDataset } from '../library/datasets.ts';
import type { BackendContext } from './context.ts';
import { api } from './implementer.ts';

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
  const parameters = { ...order, name, out, check, token: randomUUID(), version };
  return jobs.start('export', parameters, { datasetId: dataset?.id ?? null });
}

/** A run's file gives the model its name; a model keeps its own. */
function nameFor(found: FoundSource, { kind, path }: ExportPlace): string {
  const stem = basename(path).slice(0, -extname(path).length);
  const isName = kind === 'file' && modelSpecSchema.shape.name.safeParse(stem).success;
  return found.kind === 'training' && isName ? stem : nameOf(found);
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
