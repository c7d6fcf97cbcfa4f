export type Theme = 'light' | 'dark';
type Rgb = readonly [number, number, number];

/** One hue from the surface to its strongest tone; the strongest is dark on light and bright on dark. */
const STOPS: Readonly<Record<Theme, readonly Rgb[]>> = {
  light: [
    [246, 248, 251],
    [214, 227, 243],
    [163, 196, 232],
    [98, 149, 212],
    [44, 98, 176],
    [18, 55, 112],
  ],
  dark: [
    [30, 38, 48],
    [31, 53, 82],
    [36, 78, 130],
    [62, 118, 190],
    [124, 173, 235],
    [205, 225, 250],
  ],
};

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];
const css = (colour: Rgb): string => `rgb(${colour.join(' ')})`;

/** Relative luminance of an 8-bit sRGB colour, in [0, 1] (WCAG 2.2). */
export function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((byte) => {
    const value = byte / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio of two sRGB colours, from 1 to 21 (WCAG 2.2). */
export function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** The scale's colour at `shade` in [0, 1] and the one of black and white that reads better on it, as sRGB triples. */
export function heat(shade: number, theme: Theme): { readonly background: Rgb; readonly text: Rgb } {
  const stops = STOPS[theme];
  const position = Math.min(1, Math.max(0, shade)) * (stops.length - 1);
  const index = Math.min(stops.length - 2, Math.floor(position));
  const [from, to] = [stops[index]!, stops[index + 1]!];
  const background = from.map((value, c) =>
    Math.round(value + (to[c]! - value) * (position - index)),
  ) as unknown as Rgb;
  const text = contrast(background, WHITE) >= contrast(background, BLACK) ? WHITE : BLACK;
  return { background, text };
}

/** The cell at `shade` in both themes, as CSS declarations. */
export function heatStyle(shade: number): { readonly backgroundColor: string; readonly color: string } {
  const [light, dark] = [heat(shade, 'light'), heat(shade, 'dark')];
  return {
    backgroundColor: `light-dark(${css(light.background)}, ${css(dark.background)})`,
    color: `light-dark(${css(light.text)}, ${css(dark.text)})`,
  };
}

/** A CSS gradient over the whole scale, left to right, in both themes. */
export function heatGradient(): string {
  const pairs = STOPS.light.map((light, i) => `light-dark(${css(light)}, ${css(STOPS.dark[i]!)})`);
  return `linear-gradient(to right, ${pairs.join(', ')})`;
}
