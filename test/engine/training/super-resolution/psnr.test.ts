import { describe, expect, it } from 'vitest';
import { peakSignalToNoise } from '../../../../src/main/engine/training/super-resolution/psnr.ts';

describe('the peak signal-to-noise ratio', () => {
  it('is that of each image by itself, over bytes', () => {
    const wanted = Uint8Array.of(10, 20, 30, 40, 0, 0, 0, 0);
    const found = Float32Array.from([12, 20, 30, 40, 5, 5, 5, 5], (byte) => byte / 255);
    const [first, second] = peakSignalToNoise(found, wanted, 4);
    expect(first).toBeCloseTo(48.1308, 4);
    expect(second).toBeCloseTo(34.1514, 4);
  });

  it('rounds to bytes and keeps within them, and calls equal images 100 dB', () => {
    expect(peakSignalToNoise(Float32Array.of(1.3, -0.2, 100.4 / 255), Uint8Array.of(255, 0, 100), 3)).toEqual([100]);
  });
});
