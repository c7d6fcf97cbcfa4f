/** One line of a chart; points stand by ascending x. */
export interface ChartSeries {
  readonly name: string;
  /** A CSS colour, from the tokens: `var(--model)`. */
  readonly colour: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly dashed?: boolean;
}

/** The x values of all series with what each has there, for a table; null where a series has no point. */
export function tableOf(
  series: readonly ChartSeries[],
): readonly { readonly x: number; readonly values: readonly (number | null)[] }[] {
  const byX = series.map(({ points }) => new Map(points));
  const all = [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
  return all.map((x) => ({ x, values: byX.map((points) => points.get(x) ?? null) }));
}

/** A running mean over the last `width` points, which keeps a noisy line readable. */
export function smoothed(
  points: readonly (readonly [x: number, y: number])[],
  width: number,
): readonly (readonly [number, number])[] {
  let sum = 0;
  return points.map(([x, y], at) => {
    sum += y - (at >= width ? points[at - width]![1] : 0);
    return [x, sum / Math.min(at + 1, width)] as const;
  });
}
