import { join, resolve } from 'node:path';

/** The checkout or package that this program runs from. */
export const PROJECT_FOLDER = resolve(import.meta.dirname, '../../../..');
export const ENGINE_ENTRY = join(PROJECT_FOLDER, 'src/main/engine/process.ts');
export const MODELS_FOLDER = join(PROJECT_FOLDER, 'models');
export const RENDERER_FOLDER = join(PROJECT_FOLDER, 'out/renderer');
