/** Numbers of one attention layer: `x` is L×C, weights out×in. */
export interface WindowAttentionNumbers {
  readonly x: readonly number[];
  readonly qkvWeight: readonly number[];
  readonly qkvBias: readonly number[];
  readonly projWeight: readonly number[];
  readonly projBias: readonly number[];
  readonly table: readonly number[];
}

export interface WindowAttentionSettings {
  readonly map: readonly [number, number];
  readonly window: readonly [number, number];
  readonly shift: readonly [number, number];
  readonly width: number;
  readonly heads: number;
}

interface Cell {
  readonly row: number;
  readonly column: number;
  /** The place's token, or null over the map's edge. */
  readonly token: number | null;
  readonly region: string;
}

/**
 * Shifted-window attention as the paper describes it, pair by pair: roll, fill up with zeros, cut, attend among places
 * of one region, and back. Slow and plain, to hold the graph against.
 */
export function naiveWindowAttention(numbers: WindowAttentionNumbers, settings: WindowAttentionSettings): number[] {
  const { map, window, width, heads } = settings;
  const tokens = map[0] * map[1];
  const wide = width / heads;
  const row = (token: number | null): number[] =>
    token === null ? new Array<number>(width).fill(0) : [...numbers.x.slice(token * width, (token + 1) * width)];
  const output = new Array<number>(tokens * width).fill(0);
  for (const cells of windowsOf(settings)) {
    const projected = cells.map(({ token }) => affine(row(token), numbers.qkvWeight, numbers.qkvBias));
    for (const [place, cell] of cells.entries()) {
      if (cell.token === null) continue;
      const joined: number[] = [];
      for (let head = 0; head < heads; head += 1) {
        const part = (at: number, which: number): number[] =>
          projected[at]!.slice(which * width + head * wide, which * width + (head + 1) * wide);
        const scores = cells.map((other, at) => {
          const down = cell.row - other.row + window[0] - 1;
          const position = down * (2 * window[1] - 1) + cell.column - other.column + window[1] - 1;
          const apart = cell.region === other.region ? 0 : -100;
          return dot(part(place, 0), part(at, 1)) / Math.sqrt(wide) + numbers.table[position * heads + head]! + apart;
        });
        const weights = softmax(scores);
        for (let channel = 0; channel < wide; channel += 1) {
          joined.push(weights.reduce((sum, weight, at) => sum + weight * part(at, 2)[channel]!, 0));
        }
      }
      const result = affine(joined, numbers.projWeight, numbers.projBias);
      for (const [channel, value] of result.entries()) output[cell.token * width + channel] = value;
    }
  }
  return output;
}

function windowsOf({ map, window, shift }: WindowAttentionSettings): readonly (readonly Cell[])[] {
  const full = [0, 1].map((axis) => Math.ceil(map[axis]! / window[axis]!) * window[axis]!);
  const strip = (at: number, axis: 0 | 1): string => {
    if (shift[axis] === 0) return 'all';
    if (at >= full[axis]! - shift[axis]) return 'last';
    return at >= full[axis]! - window[axis] ? 'middle' : 'first';
  };
  const windows: Cell[][] = [];
  for (let top = 0; top < full[0]!; top += window[0]) {
    for (let left = 0; left < full[1]!; left += window[1]) {
      const cells: Cell[] = [];
      for (let row = 0; row < window[0]; row += 1) {
        for (let column = 0; column < window[1]; column += 1) {
          const [y, x] = [top + row, left + column];
          const rolled = ((y + shift[0]) % map[0]) * map[1] + ((x + shift[1]) % map[1]);
          const token = y < map[0] && x < map[1] ? rolled : null;
          cells.push({ row, column, token, region: `${strip(y, 0)} ${strip(x, 1)}` });
        }
      }
      windows.push(cells);
    }
  }
  return windows;
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, at) => sum + value * b[at]!, 0);

const affine = (x: readonly number[], weight: readonly number[], bias: readonly number[]): number[] =>
  bias.map((start, output) => start + dot(x, weight.slice(output * x.length, (output + 1) * x.length)));

function softmax(scores: readonly number[]): number[] {
  const most = Math.max(...scores);
  const raised = scores.map((score) => Math.exp(score - most));
  const sum = raised.reduce((total, value) => total + value, 0);
  return raised.map((value) => value / sum);
}
