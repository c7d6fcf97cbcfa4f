/** A matrix within an array: element (row, column) is at `start + row · rowStep + column · columnStep`. */
export interface MatrixView {
  readonly data: Float32Array;
  readonly start: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** Views are all made here, of 32-bit whole numbers: alike, they keep the products' compiled code fit for all. */
export const view = (data: Float32Array, start: number, rowStep: number, columnStep: number): MatrixView => ({
  data,
  start: start | 0,
  rowStep: rowStep | 0,
  columnStep: columnStep | 0,
});

const BLOCK = 3;

/**
 * c += a · b, a rows×depth, b depth×columns, c's columns one behind another. Blocks of 3×3 sums stay in a processor's
 * registers; that and the single long function, which engines compile as a whole, are what makes it quick.
 */
export function addProduct(
  rows: number,
  columns: number,
  depth: number,
  { data: x, start: startX, rowStep: down, columnStep: along }: MatrixView,
  { data: y, start: startY, rowStep: deeper, columnStep: across }: MatrixView,
  { data: z, start: startZ, rowStep: stride }: MatrixView,
): void {
  const [down2, across2] = [2 * down, 2 * across];
  const wholeRows = rows - (rows % BLOCK);
  const wholeColumns = columns - (columns % BLOCK);
  for (let row = 0; row < wholeRows; row += BLOCK) {
    for (let column = 0; column < wholeColumns; column += BLOCK) {
      let p = startX + row * down;
      let q = startY + column * across;
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s20 = 0;
      let s21 = 0;
      let s22 = 0;
      for (let step = 0; step < depth; step += 1) {
        const x0 = x[p]!;
        const x1 = x[p + down]!;
        const x2 = x[p + down2]!;
        const y0 = y[q]!;
        const y1 = y[q + across]!;
        const y2 = y[q + across2]!;
        s00 += x0 * y0;
        s01 += x0 * y1;
        s02 += x0 * y2;
        s10 += x1 * y0;
        s11 += x1 * y1;
        s12 += x1 * y2;
        s20 += x2 * y0;
        s21 += x2 * y1;
        s22 += x2 * y2;
        p += along;
        q += deeper;
      }
      const top = startZ + row * stride + column;
      const middle = top + stride;
      const bottom = middle + stride;
      z[top]! += s00;
      z[top + 1]! += s01;
      z[top + 2]! += s02;
      z[middle]! += s10;
      z[middle + 1]! += s11;
      z[middle + 2]! += s12;
      z[bottom]! += s20;
      z[bottom + 1]! += s21;
      z[bottom + 2]! += s22;
    }
  }
  // What is left beside the blocks, one sum after another.
  for (let row = 0; row < rows; row += 1) {
    for (let column = row < wholeRows ? wholeColumns : 0; column < columns; column += 1) {
      let p = startX + row * down;
      let q = startY + column * across;
      let sum = 0;
      for (let step = 0; step < depth; step += 1) {
        sum += x[p]! * y[q]!;
        p += along;
        q += deeper;
      }
      z[startZ + row * stride + column]! += sum;
    }
  }
}

/**
 * The same for a row and a matrix whose columns are one behind another, such as a weighted sum over rows: read in the
 * order of memory, and summed in float64, because there may be a million rows.
 */
export function addRowProduct(
  columns: number,
  depth: number,
  row: MatrixView,
  matrix: MatrixView,
  sum: MatrixView,
): void {
  const sums = new Float64Array(columns);
  for (let step = 0; step < depth; step += 1) {
    const factor = row.data[row.start + step * row.columnStep]!;
    const start = matrix.start + step * matrix.rowStep;
    for (let column = 0; column < columns; column += 1) sums[column]! += factor * matrix.data[start + column]!;
  }
  for (let column = 0; column < columns; column += 1) sum.data[sum.start + column]! += sums[column]!;
}
