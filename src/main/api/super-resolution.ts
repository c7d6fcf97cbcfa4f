import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConflictError } from '../../shared/errors.ts';
import { getDataset } from '../library/datasets.ts';
import { api } from './implementer.ts';

export const superResolution = {
  train: api.superResolution.train.handler(({ input, context }) => {
    const { datasetId, config, provider, force } = input;
    const dataset = getDataset(context.library, datasetId);
    const out = resolve(input.out);
    if (existsSync(out) && !force) {
      throw new ConflictError(`${out} exists already.`, { file: out, remedy: 'Choose another file, or --force.' });
    }
    rmSync(`${out}.checkpoints`, { recursive: true, force: true });
    return context.jobs.start('train-sr', { datasetId: dataset.id, config, out, provider }, { datasetId: dataset.id });
  }),
};
