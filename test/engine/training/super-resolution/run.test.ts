import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../../../src/main/engine/training/checkpoint.ts';
import { pairFaces } from '../../../../src/main/engine/training/super-resolution/face-pairs.ts';
import { type EnlargingRun, trainEnlarging } from '../../../../src/main/engine/training/super-resolution/run.ts';
import { superResolutionConfigSchema } from '../../../../src/shared/contract/super-resolution.ts';
import { UsageError } from '../../../../src/shared/errors.ts';

const SIDE = 16;

/** Pictures of discs with sharp edges, which bicubic blurs. */
function discs(count: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: count * SIDE * SIDE }, (_, at) => {
    const face = Math.floor(at / SIDE ** 2) + seed;
    const [y, x] = [Math.floor(at / SIDE) % SIDE, at % SIDE];
    const [middle, radius] = [6 + (face % 5), 3 + (face % 4)];
    return Math.hypot(x - middle, y - middle + (face % 3)) < radius ? 220 : 40;
  });
}

const config = (changes: object = {}) =>
  superResolutionConfigSchema.parse({
    side: SIDE,
    epochs: 4,
    batchSize: 8,
    learningRate: 3e-3,
    ema: 0.9,
    network: { features: 12, shrunk: 6, mapping: 1 },
    ...changes,
  });

interface Course {
  readonly run: EnlargingRun;
  readonly losses: readonly number[];
  readonly checkpoints: readonly Checkpoint[];
}

async function course(changes: object = {}, checkpoint: Checkpoint | null = null): Promise<Course> {
  const losses: number[] = [];
  const checkpoints: Checkpoint[] = [];
  const run = await trainEnlarging({
    config: config(changes),
    provider: 'cpu',
    train: pairFaces(discs(64, 0), SIDE, 2),
    validation: pairFaces(discs(10, 1000), SIDE, 2),
    signal: new AbortController().signal,
    checkpoint,
    onStep: ({ loss }) => void losses.push(loss),
    onEpoch: (_, kept) => void checkpoints.push(kept),
  });
  return { run, losses, checkpoints };
}

describe('training a super-resolution', () => {
  it.each(['fsrcnn', 'espcn'])('lowers the loss of %s and gives weights under its own keys', async (kind) => {
    const network = kind === 'fsrcnn' ? {} : { network: { features: 16 } };
    const { run, losses } = await course({ kind, epochs: 12, ...network });
    expect(losses).toHaveLength(12 * 8);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 5);
    expect([...run.weights.keys()].every((key) => /^(first|mid|last)_part\./.test(key))).toBe(true);
    expect(run.parameters).toBeLessThanOrEqual(30_000);
    expect(run.psnr).toBeGreaterThan(15);
  });

  it('ends with the same weights when it goes on from a checkpoint', async () => {
    const whole = await course();
    const rest = await course({}, whole.checkpoints[1]!);
    expect(rest.losses).toEqual(whole.losses.slice(16));
    expect(rest.run.psnr).toBe(whole.run.psnr);
    for (const [key, { data }] of whole.run.weights) expect(rest.run.weights.get(key)!.data).toEqual(data);
  });

  it('starts and shuffles by its seed', async () => {
    const [one, same, other] = await Promise.all([
      course({ epochs: 1 }),
      course({ epochs: 1 }),
      course({ epochs: 1, seed: 1 }),
    ]);
    expect(same.losses).toEqual(one.losses);
    expect(other.losses).not.toEqual(one.losses);
  });

  it('refuses what has nothing to train, and a side that the scale does not divide', async () => {
    await expect(course({ kind: 'bicubic', network: {} })).rejects.toThrow(UsageError);
    await expect(course({ scale: 3, network: {} })).rejects.toThrow('16 pixels cannot be shrunk by 3');
  });
});
