import { listFolder } from './folders.ts';
import { api } from './implementer.ts';

export const imports = {
  kinds: api.imports.kinds.handler(async () => {
    const { IMPORTERS } = await import('../import/index.ts');
    return IMPORTERS.map(({ name, label, layout }) => ({ name, label, layout }));
  }),
  preview: api.imports.preview.handler(({ input, context }) => context.previews.open(input)),
  start: api.imports.start.handler(({ input, context }) => context.jobs.start('import', input)),
  browse: api.imports.browse.handler(({ input }) => listFolder(input.folder)),
};
