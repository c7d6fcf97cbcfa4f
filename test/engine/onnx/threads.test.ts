import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { computeThreads } from '../../../src/main/engine/onnx/threads.ts';
import { tempFolder } from '../../support/temp.ts';

/** A listing of processors as Linux has it, of which each entry is the siblings of one. */
function processors(siblings: readonly string[]): string {
  const folder = tempFolder();
  siblings.forEach((list, index) => {
    const topology = join(folder, `cpu${index}`, 'topology');
    mkdirSync(topology, { recursive: true });
    writeFileSync(join(topology, 'thread_siblings_list'), `${list}\n`);
  });
  mkdirSync(join(folder, 'cpufreq'));
  return folder;
}

describe('the threads that compute an op', () => {
  it('are one for each physical core, not for each hardware thread', () => {
    expect(computeThreads(processors(['0', '1']), 2)).toBe(2);
    expect(computeThreads(processors(['0,4', '1,5', '2,6', '3,7', '0,4', '1,5', '2,6', '3,7']), 8)).toBe(4);
  });

  it('are never more than the process may use', () => {
    expect(computeThreads(processors(['0', '1', '2', '3']), 2)).toBe(2);
  });

  it('are left to ONNX Runtime where the system lists no cores', () => {
    expect(computeThreads(join(processors([]), 'nowhere'), 8)).toBeUndefined();
    expect(computeThreads(processors([]), 8)).toBeUndefined();
  });

  it('are at least one here, if they are known', () => {
    const threads = computeThreads();
    expect(threads === undefined || (threads >= 1 && threads <= availableParallelism())).toBe(true);
  });
});
