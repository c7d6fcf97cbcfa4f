/** A matrix within an array: element (row, column) is at `start + row · rowStep + column · columnStep`. */
export interface MatrixView {
  readonly data: Float32Array;
  readonly start: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

const BLOCK = 3;

/**
 * c += a · b, a rows×depth, b depth×columns, c's columns one behind another. Blocks of 3×3 sums stay in registers,
 * where JavaScript engines on 64-bit processors have room for them; that is what makes it quick.
 */
export function addProduct(
  rows: number,
  columns: number,
  depth: number,
  a: MatrixView,
  b: MatrixView,
  c: MatrixView,
): void {
  const wholeRows = rows - (rows % BLOCK);
  const wholeColumns = columns - (columns % BLOCK);
  for (let row = 0; row < wholeRows; row += BLOCK) {
    for (let column = 0; column < wholeColumns; column += BLOCK) addBlock(row, column, depth, a, b, c);
  }
  addSums(0, wholeRows, wholeColumns, columns, depth, a, b, c);
  addSums(wholeRows, rows, 0, columns, depth, a, b, c);
}

function addBlock(row: number, column: number, depth: number, a: MatrixView, b: MatrixView, c: MatrixView): void {
  const { data: x, rowStep: down, columnStep: along } = a;
  const { data: y, rowStep: deeper, columnStep: across } = b;
  let p = a.start + row * down;
  let q = b.start + column * across;
  let [s00, s01, s02, s10, s11, s12, s20, s21, s22] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let step = 0; step < depth; step += 1) {
    const x0 = x[p]!;
    const x1 = x[p + down]!;
    const x2 = x[p + 2 * down]!;
    const y0 = y[q]!;
    const y1 = y[q + across]!;
    const y2 = y[q + 2 * across]!;
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
  const { data: z, rowStep } = c;
  const at = c.start + row * rowStep + column;
  z[at]! += s00;
  z[at + 1]! += s01;
  z[at + 2]! += s02;
  z[at + rowStep]! += s10;
  z[at + rowStep + 1]! += s11;
  z[at + rowStep + 2]! += s12;
  z[at + 2 * rowStep]! += s20;
  z[at + 2 * rowStep + 1]! += s21;
  z[at + 2 * rowStep + 2]! += s22;
}

/** What is left beside the blocks, one sum after another. */
function addSums(
  firstRow: number,
  rows: number,
  firstColumn: number,
  columns: number,
  depth: number,
  a: MatrixView,
  b: MatrixView,
  c: MatrixView,
): void {
  for (let row = firstRow; row < rows; row += 1) {
    for (let column = firstColumn; column < columns; column += 1) {
      let p = a.start + row * a.rowStep;
      let q = b.start + column * b.columnStep;
      let sum = 0;
      for (let step = 0; step < depth; step += 1) {
        sum += a.data[p]! * b.data[q]!;
        p += a.columnStep;
        q += b.rowStep;
      }
      c.data[c.start + row * c.rowStep + column]! += sum;
    }
  }
}
