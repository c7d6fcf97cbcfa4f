import { z } from 'zod';
import { labelImportRequestSchema } from '../../../shared/contract/label-files.ts';
import { openLibrary } from '../../library/db.ts';
import { previewLabels } from '../../library/label-imports/import-labels.ts';
import { checked } from './task.ts';

/** What an import of labels would do; in a process of its own, for a long history holds up whoever reads it. */
export const previewLabelsTask = checked({
  name: 'preview-labels',
  input: z.object({ libraryFile: z.string(), request: labelImportRequestSchema }),
  async perform({ libraryFile, request }) {
    const library = openLibrary(libraryFile, { trusted: true });
    try {
      return await previewLabels(library, request);
    } finally {
      library.close();
    }
  },
});
