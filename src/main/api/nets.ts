import { existsSync } from 'node:fs';
import { caseReportSchema, netSummarySchema, variantSummarySchema } from '../../shared/contract/nets.ts';
import { runTask } from '../engine/launch.ts';
import { findModel } from '../library/models.ts';
import type { BackendContext } from './context.ts';
import { api } from './implementer.ts';

const SHORT_MS = 120_000;
/** A large network on one core takes minutes. */
const LONG_MS = 1_800_000;

export const nets = {
  variants: api.nets.variants.handler(async ({ context }) =>
    variantSummarySchema.array().parse(await runTask(context.engineEntry, 'variants', {}, SHORT_MS)),
  ),
  inspect: api.nets.inspect.handler(async ({ input, context }) => {
    const summary = await runTask(
      context.engineEntry,
      'inspect-net',
      { target: fileOf(context, input.target) },
      SHORT_MS,
    );
    return netSummarySchema.parse(summary);
  }),
  runCase: api.nets.runCase.handler(async ({ input, context }) =>
    caseReportSchema.parse(await runTask(context.engineEntry, 'run-case', input, LONG_MS)),
  ),
};

/** A model of the library stands for its file; anything else is a file or a variant's name. */
const fileOf = ({ library }: BackendContext, target: string): string =>
  existsSync(target) ? target : (findModel(library, target)?.file ?? target);
