import { classFolders } from './class-folders.ts';
import { ferplusCsv } from './ferplus-csv.ts';
import { jsonl } from './jsonl.ts';
import { labelStudio } from './label-studio.ts';

/** Every layout that labels are exported in; a new one is a file and a line here. */
export const LABEL_EXPORTS = [ferplusCsv, jsonl, classFolders, labelStudio] as const;
