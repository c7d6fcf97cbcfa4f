import { csvLabels } from './csv.ts';
import { jsonlLabels } from './jsonl.ts';
import { labelStudioLabels } from './label-studio.ts';

/** Every layout of label files; a new one is a file and a line here. */
export const LABEL_READERS = [labelStudioLabels, jsonlLabels, csvLabels] as const;
