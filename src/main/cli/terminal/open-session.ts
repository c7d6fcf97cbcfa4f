import { type Backend, type Client, createBackend } from '../../api/backend.ts';
import type { Host } from '../../api/context.ts';
import { ENGINE_ENTRY, MODELS_FOLDER } from './places.ts';

/** A backend of this process's own, spoken to by the same contract as the screens'. */
export async function openSession(
  libraryFile: string,
  host: Host,
  version: string,
): Promise<{ readonly backend: Backend; readonly client: Client }> {
  const backend = await createBackend({
    libraryFile,
    engineEntry: ENGINE_ENTRY,
    modelsFolder: MODELS_FOLDER,
    host,
    version,
  });
  return { backend, client: backend.client };
}
