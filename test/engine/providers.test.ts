import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runTask } from '../../src/main/engine/launch.ts';
import { PROBE_TOLERANCE, probeProvider } from '../../src/main/engine/probe.ts';
import { probeAll, probeApart, resolveProvider } from '../../src/main/engine/providers.ts';
import { openSession } from '../../src/main/engine/session.ts';
import { PROVIDER_NAMES, type ProviderName, type ProviderReport } from '../../src/shared/entities.ts';
import { EngineError, ProviderError } from '../../src/shared/errors.ts';
import { PYTORCH_MODEL } from '../support/pytorch-model.ts';
import { swiftShader } from '../support/swift-shader.ts';

const ENGINE_ENTRY = resolve(import.meta.dirname, '../../src/main/engine/process.ts');
const SHADERS_MS = 120_000;

async function withEnvironment<Result>(name: string, value: string, work: () => Promise<Result>): Promise<Result> {
  const before = process.env[name];
  process.env[name] = value;
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  }
}

describe('probing', () => {
  it('finds the CPU usable and equal to itself', async () => {
    const report = await probeProvider('cpu');
    expect(report).toMatchObject({ name: 'cpu', usable: true, maxDifference: 0 });
    expect(report.milliseconds).toBeGreaterThan(0);
  });

  it(
    'reports every provider from a process of its own, with a reason for each that cannot be used',
    async () => {
      const reports = await probeAll(ENGINE_ENTRY);
      expect(reports.map(({ name }) => name)).toEqual(PROVIDER_NAMES);
      for (const { name, usable, reason, maxDifference, milliseconds } of reports) {
        expect(reason, name).not.toBe('');
        if (usable) expect(maxDifference, name).toBeLessThanOrEqual(PROBE_TOLERANCE);
        else expect(milliseconds === null || maxDifference! > PROBE_TOLERANCE, name).toBe(true);
      }
      const foreign = process.platform === 'win32' ? 'coreml' : 'dml';
      expect(reports.find(({ name }) => name === foreign)?.reason).toMatch(/Not part of this build/);
    },
    SHADERS_MS,
  );

  it(
    'runs the same graph on WebGPU by SwiftShader and finds the CPU’s numbers',
    async (context) => {
      const found = swiftShader();
      if ('reason' in found) return context.skip(found.reason);
      const report = await withEnvironment('VK_ICD_FILENAMES', found.driver, () => probeApart(ENGINE_ENTRY, 'webgpu'));
      expect(report).toMatchObject({ name: 'webgpu', usable: true });
      expect(report.maxDifference).toBeLessThanOrEqual(PROBE_TOLERANCE);
      expect(report.milliseconds).toBeGreaterThan(0);
    },
    SHADERS_MS,
  );
});

describe('choosing a provider', () => {
  const report = (name: ProviderName, milliseconds: number | null): ProviderReport => ({
    name,
    usable: milliseconds !== null,
    reason: milliseconds === null ? 'No adapter.' : 'Agrees.',
    maxDifference: milliseconds === null ? null : 1e-6,
    milliseconds,
  });
  const probing =
    (times: Partial<Record<ProviderName, number>>) =>
    (name: ProviderName): Promise<ProviderReport> =>
      Promise.resolve(report(name, times[name] ?? null));

  it('takes what is asked for, if its probe passes', async () => {
    expect(await resolveProvider('webgpu', probing({ webgpu: 900, cpu: 1 }))).toBe('webgpu');
    await expect(resolveProvider('webgpu', probing({ cpu: 1 }))).rejects.toThrow(ProviderError);
    await expect(resolveProvider('webgpu', probing({ cpu: 1 }))).rejects.toThrow(/No adapter/);
  });

  it('prefers by platform what beats the CPU', async () => {
    expect(await resolveProvider('auto', probing({ cuda: 1, webgpu: 1, cpu: 5 }), 'linux')).toBe('cuda');
    expect(await resolveProvider('auto', probing({ webgpu: 1, cpu: 5 }), 'linux')).toBe('webgpu');
    expect(await resolveProvider('auto', probing({ dml: 1, webgpu: 1, cpu: 5 }), 'win32')).toBe('dml');
    expect(await resolveProvider('auto', probing({ coreml: 1, webgpu: 1, cpu: 5 }), 'darwin')).toBe('coreml');
  });

  it('stays on the CPU where the fast ones are absent or only a slow software adapter is there', async () => {
    expect(await resolveProvider('auto', probing({ cpu: 5 }), 'linux')).toBe('cpu');
    expect(await resolveProvider('auto', probing({ webgpu: 300, cpu: 5 }), 'linux')).toBe('cpu');
    expect(await resolveProvider('auto', probing({ cuda: 1, cpu: 5 }), 'aix')).toBe('cpu');
  });
});

describe('a session', () => {
  it('is released exactly once and runs no more', async () => {
    const session = await openSession(PYTORCH_MODEL, 'cpu');
    await session.release();
    await expect(session.release()).rejects.toThrow(EngineError);
    await expect(session.run({}, [])).rejects.toThrow(EngineError);
  });

  it('says which provider cannot start and what to do', async () => {
    const absent = process.platform === 'win32' ? 'coreml' : 'dml';
    await expect(openSession(PYTORCH_MODEL, absent)).rejects.toMatchObject({ code: 'PROVIDER' });
  });
});

describe('a task', () => {
  it('that hangs or dies ends only its own process', async () => {
    await expect(runTask(ENGINE_ENTRY, 'probe', { provider: 'cpu' }, 1)).rejects.toThrow(/within 0.001 seconds/);
    const dying = resolve(import.meta.dirname, 'dying-process.ts');
    await expect(runTask(dying, 'probe', {}, 20_000)).rejects.toThrow(/SIGABRT.*last words/s);
  });

  it('that nobody wants any more is ended, and not begun', async () => {
    const soon = AbortSignal.timeout(20);
    await expect(runTask(ENGINE_ENTRY, 'variants', {}, 20_000, soon)).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(runTask('nowhere.ts', 'variants', {}, 20_000, soon)).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('that fails brings its own error back', async () => {
    const missing = { file: '/nowhere/model.onnx', manifest: null, overrides: {} };
    await expect(runTask(ENGINE_ENTRY, 'inspect', missing, 20_000)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      detail: { file: '/nowhere/model.onnx' },
    });
  });
});
