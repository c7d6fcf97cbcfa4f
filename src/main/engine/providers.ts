import {
  PROVIDER_NAMES,
  type ProviderChoice,
  type ProviderName,
  type ProviderReport,
  providerReportSchema,
} from '../../shared/entities.ts';
import { ProviderError, toErrorRecord } from '../../shared/errors.ts';
import { runTask } from './launch.ts';

/** Long enough to compile shaders on a software adapter. */
const PROBE_TIMEOUT_MS = 120_000;

/** What `auto` tries before the CPU, best first. */
const FAST_PROVIDERS: Readonly<Partial<Record<NodeJS.Platform, readonly ProviderName[]>>> = {
  linux: ['cuda', 'webgpu'],
  win32: ['cuda', 'dml', 'webgpu'],
  darwin: ['coreml', 'webgpu'],
};

export type Probe = (name: ProviderName) => Promise<ProviderReport>;

/** Probes one provider in a process of its own; whatever goes wrong there becomes the report's reason. */
export async function probeApart(engineEntry: string, name: ProviderName): Promise<ProviderReport> {
  try {
    return providerReportSchema.parse(await runTask(engineEntry, 'probe', { provider: name }, PROBE_TIMEOUT_MS));
  } catch (error) {
    return { name, usable: false, reason: toErrorRecord(error).message, maxDifference: null, milliseconds: null };
  }
}

/** Probes every provider, one after another so that their timings can be compared. */
export async function probeAll(engineEntry: string): Promise<readonly ProviderReport[]> {
  const reports: ProviderReport[] = [];
  for (const name of PROVIDER_NAMES) reports.push(await probeApart(engineEntry, name));
  return reports;
}

/**
 * The provider to use: the one asked for if its probe passes, else ProviderError with the reason; for `auto` the first
 * of the platform's fast providers that passes and beats the CPU's time (a software adapter does not), else the CPU.
 */
export async function resolveProvider(
  choice: ProviderChoice,
  probe: Probe,
  platform: NodeJS.Platform = process.platform,
): Promise<ProviderName> {
  if (choice === 'cpu') return 'cpu';
  if (choice !== 'auto') {
    const report = await probe(choice);
    if (report.usable) return choice;
    throw new ProviderError(`The provider ${choice} cannot be used: ${report.reason}`, {
      remedy: 'Choose another provider, or auto; `countenance doctor` shows what each probe found.',
    });
  }
  const usable: ProviderReport[] = [];
  for (const name of FAST_PROVIDERS[platform] ?? []) {
    const report = await probe(name);
    if (report.usable) usable.push(report);
  }
  if (usable.length === 0) return 'cpu';
  const cpu = (await probe('cpu')).milliseconds ?? Number.POSITIVE_INFINITY;
  return usable.find(({ milliseconds }) => milliseconds !== null && milliseconds < cpu)?.name ?? 'cpu';
}
