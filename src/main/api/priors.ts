import { FERPLUS_EMOTIONS } from '../../shared/class-sets.ts';
import type { ComputedPrior } from '../../shared/contract/priors.ts';
import { ClassMappingError, UsageError } from '../../shared/errors.ts';
import { comparePriors } from '../../shared/priors/compare.ts';
import { publishedFerplus } from '../../shared/priors/presets/published-ferplus.ts';
import { PRIOR_PRESETS, presetPrior } from '../../shared/priors/presets.ts';
import { type Prior, rowNormalised } from '../../shared/priors/prior.ts';
import { evaluateRun } from '../analysis/evaluate.ts';
import { priorFromTargets } from '../engine/training/priors.ts';
import { countTargets } from '../engine/training/targets.ts';
import { readPriorText, writePriorText } from '../import/prior-files.ts';
import { getDataset } from '../library/datasets.ts';
import { getPrior, listPriors, priorHistory, removePrior, renamePrior, savePrior } from '../library/priors.ts';
import { changed } from './events.ts';
import { api } from './implementer.ts';
import { labellingAnnotator } from './labels.ts';
import { trainingTargets } from './training-targets.ts';

export const priors = {
  list: api.priors.list.handler(({ context }) => listPriors(context.library)),
  get: api.priors.get.handler(({ input, context }) => getPrior(context.library, input.name, input.version)),
  history: api.priors.history.handler(({ input, context }) => priorHistory(context.library, input.name)),
  save: api.priors.save.handler(({ input, context: { library, events } }) => {
    const annotatorId = input.annotatorId ?? labellingAnnotator(library).id;
    const version = savePrior(library, { ...input, annotatorId });
    changed(events, 'priors');
    return version;
  }),
  rename: api.priors.rename.handler(({ input, context: { library, events } }) => {
    const renamed = renamePrior(library, input.name, input.to);
    changed(events, 'priors');
    return renamed;
  }),
  remove: api.priors.remove.handler(({ input, context: { library, events } }) => {
    const removed = removePrior(library, input.name);
    changed(events, 'priors');
    return removed;
  }),
  compare: api.priors.compare.handler(({ input, context: { library } }) => {
    const from = getPrior(library, input.from.name, input.from.version);
    const to = getPrior(library, input.to.name, input.to.version);
    return { from, to, comparison: comparePriors(from, to) };
  }),
  presets: api.priors.presets.handler(() =>
    PRIOR_PRESETS.map(({ name, label, describe, takesShare }) => ({ name, label, describe, takesShare })),
  ),
  preset: api.priors.preset.handler(({ input }) => ({
    prior: presetPrior(input.preset, input.classes, input.share),
    source: { kind: 'preset' as const, preset: input.preset },
  })),
  compute: api.priors.compute.handler(({ input, context: { library } }): ComputedPrior => {
    const dataset = getDataset(library, input.datasetId);
    const targets = trainingTargets(library, input);
    const prior = priorFromTargets(targets);
    const { kept, dropped, byClass } = countTargets(targets);
    const { splits, protocol, labels } = input;
    return {
      prior,
      source: { kind: 'votes', dataset: dataset.name, splits, protocol, labels, faces: kept },
      byClass: [...byClass],
      dropped,
      published: againstPublished(prior),
    };
  }),
  confusion: api.priors.confusion.handler(({ input, context: { library } }) => {
    const { runId, split, protocol } = input;
    const { confusion, classes, model, support } = evaluateRun(library, { runId, split, protocol });
    if (support === 0) {
      throw new UsageError(`${model} has predicted no face of ${split} that the protocol keeps.`, {
        field: 'split',
        remedy: 'Choose another split, or predict it first.',
      });
    }
    return {
      prior: { classes, rows: rowNormalised(confusion) },
      source: { kind: 'confusion' as const, model, run: runId, split, protocol, faces: support },
    };
  }),
  read: api.priors.read.handler(({ input: { file, text } }) => ({
    prior: readPriorText(text, file),
    source: { kind: 'file' as const, file },
  })),
  write: api.priors.write.handler(({ input: { prior, format } }) => ({
    text: writePriorText(prior, format),
    mediaType: format === 'json' ? 'application/json' : 'text/csv',
  })),
};

/** Over FERPlus's emotions the difference from what is published; null over others. */
function againstPublished(prior: Prior): ComputedPrior['published'] {
  try {
    return comparePriors(publishedFerplus.make(FERPLUS_EMOTIONS, 0), prior);
  } catch (error) {
    if (error instanceof ClassMappingError) return null;
    throw error;
  }
}
