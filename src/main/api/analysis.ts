import { evaluateRun } from '../analysis/evaluate.ts';
import { PROTOCOLS } from '../analysis/protocols/index.ts';
import { api } from './implementer.ts';

export const analysis = {
  protocols: api.analysis.protocols.handler(() =>
    PROTOCOLS.map(({ name, label, explanation }) => ({ name, label, explanation })),
  ),
  evaluate: api.analysis.evaluate.handler(({ input, context }) => evaluateRun(context.library, input)),
};
