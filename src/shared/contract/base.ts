import { oc } from '@orpc/contract';
import { errorDetailSchema } from '../entities.ts';

const declared = { data: errorDetailSchema } as const;

/** Every procedure declares the same errors: the codes of `errors.ts`, each with its detail as data. */
export const base = oc.errors({
  USAGE: { ...declared, status: 400 },
  NOT_FOUND: { ...declared, status: 404 },
  CONFLICT: { ...declared, status: 409 },
  LIBRARY: { ...declared, status: 500 },
  IMPORT: { ...declared, status: 422 },
  MODEL: { ...declared, status: 422 },
  GRAPH: { ...declared, status: 422 },
  WEIGHTS: { ...declared, status: 422 },
  CLASS_MAPPING: { ...declared, status: 422 },
  PROVIDER: { ...declared, status: 503 },
  ENGINE: { ...declared, status: 500 },
  CANCELLED: { ...declared, status: 499 },
  INTERNAL: { ...declared, status: 500 },
});
