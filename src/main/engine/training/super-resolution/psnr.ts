/**
 * The peak signal-to-noise ratio of each of N images against its original, in dB: 10·log₁₀(255² ÷ mean squared error),
 * over bytes. `found` holds values in [0, 1], rounded to bytes here; equal images count as 100 dB.
 */
export function peakSignalToNoise(found: Float32Array, wanted: Uint8Array, area: number): readonly number[] {
  return Array.from({ length: wanted.length / area }, (_, image) => {
    let squares = 0;
    for (let at = image * area; at < (image + 1) * area; at += 1) {
      const byte = Math.round(Math.min(1, Math.max(0, found[at]!)) * 255);
      squares += (byte - wanted[at]!) ** 2;
    }
    return squares === 0 ? EQUAL_DB : 10 * Math.log10(255 ** 2 / (squares / area));
  });
}

const EQUAL_DB = 100;
