import { resolve } from 'node:path';

export const ENGINE_ENTRY = resolve(import.meta.dirname, '../../src/main/engine/process.ts');
export const BACKEND_PROCESS = resolve(import.meta.dirname, 'backend-process.ts');
