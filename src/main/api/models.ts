import { mapClasses } from '../../shared/class-sets.ts';
import { NotFoundError } from '../../shared/errors.ts';
import { registerModel } from '../engine/models/register.ts';
import { datasetClasses } from '../library/datasets.ts';
import { findModel, getModel, listModels, removeModel } from '../library/models.ts';
import { changed } from './events.ts';
import { api } from './implementer.ts';
import { inspectApart } from './inspect-apart.ts';
import { buildModel, importOnnx } from './model-folders.ts';

export const models = {
  list: api.models.list.handler(({ context }) => listModels(context.library)),
  find: api.models.find.handler(({ input, context }) => {
    const found = findModel(context.library, input.name);
    if (found !== null) return found;
    throw new NotFoundError(`There is no model named “${input.name}”.`, {
      field: 'name',
      names: listModels(context.library).map(({ name }) => name),
      remedy: 'Check the name, or add the model first.',
    });
  }),
  inspect: api.models.inspect.handler(({ input, context }) => inspectApart(context, input, {})),
  add: api.models.add.handler(async ({ input, context }) => {
    const guess = await inspectApart(context, input, input.spec);
    const model = await registerModel(context.library, guess, input.spec);
    changed(context.events, 'models');
    return model;
  }),
  build: api.models.build.handler(({ input, context, signal }) => buildModel(context, input, signal)),
  importOnnx: api.models.importOnnx.handler(({ input, context, signal }) => importOnnx(context, input, signal)),
  remove: api.models.remove.handler(({ input, context }) => {
    const runs = removeModel(context.library, input.id);
    changed(context.events, 'models', 'runs');
    return { runs };
  }),
  mapping: api.models.mapping.handler(({ input, context }) => {
    const { classes, classOverrides } = getModel(context.library, input.modelId).spec;
    const names = datasetClasses(context.library, input.datasetId).map(({ name }) => name);
    const { indices, unmapped } = mapClasses(classes, names, classOverrides);
    return {
      pairs: classes.map((model, index) => ({ model, dataset: names[indices[index]!] ?? null })),
      missingInModel: names.filter((_, index) => !indices.includes(index)),
      usable: unmapped.length === 0,
    };
  }),
};
