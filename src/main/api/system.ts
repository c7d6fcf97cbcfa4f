import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { SystemInfo, TensorflowReport } from '../../shared/contract/system.ts';
import type { ProviderReport } from '../../shared/entities.ts';
import { runTask } from '../engine/launch.ts';
import { probeAll } from '../engine/providers.ts';
import { listDatasets } from '../library/datasets.ts';
import { listModels } from '../library/models.ts';
import { readSettings, writeSettings } from '../library/settings.ts';
import type { BackendContext } from './context.ts';
import { api } from './implementer.ts';

const LOADING_MS = 60_000;

const probes = new WeakMap<BackendContext, Promise<readonly ProviderReport[]>>();

export const system = {
  info: api.system.info.handler(({ context }) => describe(context)),
  providers: api.system.providers.handler(async ({ input, context }) => [...(await probed(context, input.again))]),
  tensorflow: api.system.tensorflow.handler(async ({ context, signal }) => {
    const report = await runTask(context.engineEntry, 'tfjs', {}, LOADING_MS, signal);
    return report as TensorflowReport;
  }),
  settings: api.system.settings.handler(({ context }) => readSettings(context.library)),
  saveSettings: api.system.saveSettings.handler(({ input, context }) => writeSettings(context.library, input)),
};

/** Probing takes seconds: its outcome is kept until somebody asks for another. */
function probed(context: BackendContext, again: boolean): Promise<readonly ProviderReport[]> {
  const known = probes.get(context);
  if (known !== undefined && !again) return known;
  const reports = probeAll(context.engineEntry);
  probes.set(context, reports);
  reports.catch(() => probes.delete(context));
  return reports;
}

/** The file's soundness was established when it was opened; here only what may have changed since is looked at. */
function describe({ host, version, library }: BackendContext): SystemInfo {
  const datasets = listDatasets(library);
  const missing = listModels(library).filter(({ available }) => !available);
  return {
    version,
    host,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    onnxruntime: versionOf('onnxruntime-node'),
    sqlite: library.prepare('SELECT sqlite_version()').pluck().get() as string,
    library: {
      file: library.file,
      bytes: statSync(library.file).size,
      schemaVersion: library.schemaVersion,
      datasets: datasets.length,
      samples: datasets.reduce((total, { samples }) => total + samples, 0),
      healthy: true,
      problems: missing.map(({ name, file }) => `The file of the model “${name}” is missing: ${file}`),
    },
  };
}

function versionOf(packageName: string): string {
  const { version } = createRequire(import.meta.url)(`${packageName}/package.json`) as { version: string };
  return version;
}
