/** Pixels of one image: 8-bit or float values, rows from the top, channels interleaved (HWC). */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array | Float32Array;
}

/**
 * Bilinear resize with half-pixel centres and no antialias: output x samples the input at (x + 0.5)·w/W − 0.5, clamped
 * to the border (PyTorch's interpolate with align_corners=False). Returns the image itself where the size is equal.
 */
export function resizeBilinear(image: Pixels, width: number, height: number): Pixels {
  if (image.width === width && image.height === height) return image;
  const { channels, data } = image;
  const columns = taps(image.width, width);
  const rows = taps(image.height, height);
  const out = new Float32Array(width * height * channels);
  const stride = image.width * channels;
  let at = 0;
  for (const row of rows) {
    const top = row.low * stride;
    const bottom = row.high * stride;
    for (const column of columns) {
      const left = column.low * channels;
      const right = column.high * channels;
      for (let channel = 0; channel < channels; channel += 1) {
        const upper = mix(data[top + left + channel]!, data[top + right + channel]!, column.weight);
        const lower = mix(data[bottom + left + channel]!, data[bottom + right + channel]!, column.weight);
        out[at] = mix(upper, lower, row.weight);
        at += 1;
      }
    }
  }
  return { width, height, channels, data: out };
}

/** The two input places that an output place lies between, and the share of the higher one. */
interface Tap {
  readonly low: number;
  readonly high: number;
  readonly weight: number;
}

function taps(from: number, to: number): readonly Tap[] {
  return Array.from({ length: to }, (_, index) => {
    const place = Math.min(Math.max(((index + 0.5) * from) / to - 0.5, 0), from - 1);
    const low = Math.floor(place);
    return { low, high: Math.min(low + 1, from - 1), weight: place - low };
  });
}

const mix = (a: number, b: number, weight: number): number => a + (b - a) * weight;
