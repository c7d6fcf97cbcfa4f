import { type ModelGuess, type ModelSpec, modelGuessSchema } from '../../shared/model-spec.ts';
import { runTask } from '../engine/launch.ts';
import type { BackendContext } from './context.ts';

const INSPECTION_TIMEOUT_MS = 120_000;

/** A model's file, and its manifest where that is not the one beside it. */
export interface ModelSource {
  readonly file: string;
  readonly manifest: string | null;
}

/** Guesses a model's spec and tries it. Native code opens a stranger's file here: in a process of its own. */
export async function inspectApart(
  { engineEntry }: Pick<BackendContext, 'engineEntry'>,
  { file, manifest }: ModelSource,
  overrides: Partial<ModelSpec>,
  signal?: AbortSignal,
): Promise<ModelGuess> {
  const input = { file, manifest, overrides };
  return modelGuessSchema.parse(await runTask(engineEntry, 'inspect', input, INSPECTION_TIMEOUT_MS, signal));
}
