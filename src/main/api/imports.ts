import { IMPORTERS } from '../import/index.ts';
import { previewImport } from '../import/preview.ts';
import { listFolder } from './folders.ts';
import { api } from './implementer.ts';

export const imports = {
  kinds: api.imports.kinds.handler(() => IMPORTERS.map(({ name, label, layout }) => ({ name, label, layout }))),
  preview: api.imports.preview.handler(({ input }) => previewImport(input)),
  start: api.imports.start.handler(({ input, context }) => context.jobs.start('import', input)),
  browse: api.imports.browse.handler(({ input }) => listFolder(input.folder)),
};
