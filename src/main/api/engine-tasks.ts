import type { ProviderReport } from '../../shared/entities.ts';
import { type ModelGuess, type ModelSpec, modelGuessSchema } from '../../shared/model-spec.ts';
import { runTask } from '../engine/launch.ts';
import { probeAll } from '../engine/providers.ts';

const INSPECT_TIMEOUT_MS = 120_000;

/** Short work of the engine, each piece in a process of its own. */
export interface EngineTasks {
  /** What each provider's probe found; probed once, and again only when asked. */
  probeProviders(again?: boolean): Promise<readonly ProviderReport[]>;
  /**
   * What a model's file and manifest (null: the one beside it, if any) say, tried on a blank batch where that and
   * `overrides` make a whole spec. Throws ModelError, NotFoundError.
   */
  inspectModel(file: string, manifest: string | null, overrides?: Partial<ModelSpec>): Promise<ModelGuess>;
}

/** The engine's short tasks over one engine entry (`src/main/engine/process.ts` or its build). */
export function createEngineTasks(options: { readonly engineEntry: string }): EngineTasks {
  let reports: Promise<readonly ProviderReport[]> | null = null;
  return {
    probeProviders(again = false) {
      if (reports === null || again) reports = probeAll(options.engineEntry);
      return reports;
    },
    async inspectModel(file, manifest, overrides = {}) {
      const input = { file, manifest, overrides };
      return modelGuessSchema.parse(await runTask(options.engineEntry, 'inspect', input, INSPECT_TIMEOUT_MS));
    },
  };
}
