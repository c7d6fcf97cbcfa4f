import { z } from 'zod';
import type { TensorflowReport } from '../../../shared/contract/system.ts';
import { loadTensorflow, NATIVE_REMEDY } from '../training/tfjs/load.ts';
import { checked } from './task.ts';

/** Loads TensorFlow.js as a training would, in a process that it may take with it. */
export const tfjs = checked({
  name: 'tfjs',
  input: z.object({}),
  perform: async (): Promise<TensorflowReport> => {
    const { tf: _, ...report } = await loadTensorflow();
    return { ...report, remedy: report.native ? '' : NATIVE_REMEDY };
  },
});
