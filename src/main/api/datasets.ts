import { NotFoundError } from '../../shared/errors.ts';
import { findDataset, getDataset, listDatasets, removeDataset, renameDataset } from '../library/datasets.ts';
import { changed } from './events.ts';
import { api } from './implementer.ts';

export const datasets = {
  list: api.datasets.list.handler(({ context }) => listDatasets(context.library)),
  get: api.datasets.get.handler(({ input, context }) => getDataset(context.library, input.id)),
  find: api.datasets.find.handler(({ input, context }) => {
    const found = findDataset(context.library, input.name);
    if (found !== null) return found;
    throw new NotFoundError(`There is no dataset named “${input.name}”.`, {
      field: 'name',
      names: listDatasets(context.library).map(({ name }) => name),
      remedy: 'Check the name, or import the dataset first.',
    });
  }),
  rename: api.datasets.rename.handler(({ input, context }) => {
    const renamed = renameDataset(context.library, input.id, input.name);
    changed(context.events, 'datasets');
    return renamed;
  }),
  remove: api.datasets.remove.handler(({ input, context }) => {
    const samples = removeDataset(context.library, input.id);
    changed(context.events, 'datasets', 'samples', 'runs');
    return { samples };
  }),
};
