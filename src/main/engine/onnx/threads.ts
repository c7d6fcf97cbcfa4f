import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const CPUS = '/sys/devices/system/cpu';

/**
 * How many threads compute an op on the CPU: one for each physical core that this process may use. Undefined where
 * the system does not list its cores in files, so that ONNX Runtime counts for itself: in many virtual machines it
 * cannot, and takes a single thread.
 */
export function computeThreads(cpus: string = CPUS, available: number = availableParallelism()): number | undefined {
  const cores = physicalCores(cpus);
  return cores === 0 ? undefined : Math.min(cores, available);
}

/** Hardware threads of one core name the same siblings. Zero where there is nothing to read. */
function physicalCores(cpus: string): number {
  try {
    const names = readdirSync(cpus).filter((name) => /^cpu\d+$/.test(name));
    return new Set(names.map((name) => readFileSync(join(cpus, name, 'topology/thread_siblings_list'), 'utf8'))).size;
  } catch {
    return 0;
  }
}
