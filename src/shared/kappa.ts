/**
 * Cohen's κ = (p_o − p_e) / (1 − p_e) of a square table that counts items by the class two raters gave (Cohen, 1960).
 * Null of an empty table, or where both always gave one same class.
 */
export function cohenKappa(table: readonly (readonly number[])[]): number | null {
  const rows = table.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = table.map((_, index) => table.reduce((sum, row) => sum + row[index]!, 0));
  const total = rows.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const observed = table.reduce((sum, row, index) => sum + row[index]!, 0) / total;
  const expected = rows.reduce((sum, count, index) => sum + count * columns[index]!, 0) / total ** 2;
  return expected === 1 ? null : (observed - expected) / (1 - expected);
}
