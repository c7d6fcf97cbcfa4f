import { z } from 'zod';
import { summariseVariant } from '../nets/variant-summary.ts';
import { VARIANTS } from '../nets/variants.ts';
import { checked } from './task.ts';

/** Counts what every named network holds and computes. */
export const variants = checked({
  name: 'variants',
  input: z.object({}),
  perform: async () => VARIANTS.map(summariseVariant),
});
