import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { caseReportSchema, netSummarySchema, variantSummarySchema } from '../../shared/contract/nets.ts';
import { NotFoundError } from '../../shared/errors.ts';
import { batchSizeOf } from '../engine/classifier.ts';
import { runTask } from '../engine/launch.ts';
import { VARIANTS } from '../engine/nets/variants.ts';
import { inputShape } from '../engine/pipeline.ts';
import type { InspectionTarget } from '../engine/tasks/inspect-net.ts';
import type { Library } from '../library/db.ts';
import { findModel, listModels } from '../library/models.ts';
import { api } from './implementer.ts';

const SHORT_MS = 120_000;
/** A large network on one core takes minutes. */
const LONG_MS = 1_800_000;

export const nets = {
  variants: api.nets.variants.handler(async ({ context, signal }) =>
    variantSummarySchema.array().parse(await runTask(context.engineEntry, 'variants', {}, SHORT_MS, signal)),
  ),
  inspect: api.nets.inspect.handler(async ({ input, context, signal }) => {
    const order = { target: targetOf(context.library, input.target), trace: input.trace };
    return netSummarySchema.parse(await runTask(context.engineEntry, 'inspect-net', order, LONG_MS, signal));
  }),
  runCase: api.nets.runCase.handler(async ({ input, context, signal }) =>
    caseReportSchema.parse(await runTask(context.engineEntry, 'run-case', input, LONG_MS, signal)),
  ),
};

/** A file before a model of the library, and that before a named network. Throws NotFoundError where it is none. */
function targetOf(library: Library, target: string): InspectionTarget {
  if (statSync(target, { throwIfNoEntry: false })?.isFile()) {
    return { kind: 'file', file: resolve(target), shapes: {} };
  }
  const model = findModel(library, target);
  if (model !== null) {
    const { input, network } = model.spec;
    const shape = inputShape(input, batchSizeOf(model.graph, input.name) ?? 1);
    return { kind: 'file', file: model.file, shapes: { [input.name]: [...shape] }, spec: { input, network } };
  }
  if (VARIANTS.some(({ name }) => name === target)) return { kind: 'variant', name: target };
  throw new NotFoundError(`“${target}” is neither a file, nor a model of the library, nor a named network.`, {
    names: [...listModels(library).map(({ name }) => name), ...VARIANTS.map(({ name }) => name)],
    remedy: 'Check the name, or give the path of an .onnx file.',
  });
}
