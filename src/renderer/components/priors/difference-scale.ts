/** A cell of differences: less is blue, more is orange, nothing is the panel; full at `most`. As CSS for both themes. */
export function differenceStyle(value: number, most: number): { readonly backgroundColor: string } {
  const share = most === 0 ? 0 : Math.min(1, Math.abs(value) / most);
  const hue = value < 0 ? 'var(--model)' : 'var(--crowd)';
  return { backgroundColor: `color-mix(in oklab, ${hue} ${Math.round(share * 45)}%, var(--surface-2))` };
}

/** A difference of probabilities with its sign; a dot for none. */
export const signed = (value: number): string =>
  Math.abs(value) < 0.0005 ? '·' : `${value > 0 ? '+' : '−'}${Math.abs(value).toFixed(3).slice(1)}`;
