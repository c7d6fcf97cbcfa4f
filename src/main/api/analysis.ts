import { evaluateRun } from '../analysis/evaluate.ts';
import { findLabelIssues } from '../analysis/find-label-issues.ts';
import { ISSUE_FILTERS } from '../analysis/label-issues/index.ts';
import { CROWD_MEASURES, MEASURES } from '../analysis/measures/index.ts';
import { PROTOCOLS } from '../analysis/protocols/index.ts';
import { voteAgreement } from '../analysis/vote-agreement.ts';
import { api } from './implementer.ts';

interface Named {
  readonly name: string;
  readonly label: string;
  readonly explanation: string;
}

const inWords = ({ name, label, explanation }: Named): Named => ({ name, label, explanation });

export const analysis = {
  protocols: api.analysis.protocols.handler(() => PROTOCOLS.map(inWords)),
  evaluate: api.analysis.evaluate.handler(({ input, context }) => evaluateRun(context.library, input)),
  measures: api.analysis.measures.handler(() => [
    ...CROWD_MEASURES.map((measure) => ({
      ...inWords(measure),
      unit: measure.unit,
      voice: 'crowd' as const,
      of: 'face' as const,
    })),
    ...MEASURES.map((measure) => ({
      ...inWords(measure),
      unit: measure.unit,
      voice: measure.voice,
      of: 'prediction' as const,
    })),
  ]),
  issueFilters: api.analysis.issueFilters.handler(() => ISSUE_FILTERS.map(inWords)),
  labelIssues: api.analysis.labelIssues.handler(({ input, context }) => findLabelIssues(context.library, input)),
  agreement: api.analysis.agreement.handler(({ input, context }) =>
    voteAgreement(context.library, input.datasetId, input.splits),
  ),
};
