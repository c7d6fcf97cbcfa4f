import { openLibrary } from '../../../src/main/library/db.ts';
import { importLabels } from '../../../src/main/library/label-imports/import-labels.ts';
import { labelImportRequestSchema } from '../../../src/shared/contract/label-files.ts';

const [libraryFile, file] = process.argv.slice(2);
const library = openLibrary(libraryFile!, { trusted: true });
const request = labelImportRequestSchema.parse({ datasetId: 1, file, conflicts: 'theirs' });
await importLabels(library, request, { onProgress: ({ phase, done }) => void process.send!(`${phase} ${done}`) });
process.send!('over');
