const WHOLE = new Intl.NumberFormat('en-US');

export const count = (value: number): string => WHOLE.format(value);

/** A number to three digits with its thousands as a letter: `8.98 G`. */
export function magnitude(value: number): string {
  const step = value < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(value) / 3));
  return step === 0
    ? String(Number(value.toPrecision(3)))
    : `${(value / 1000 ** step).toPrecision(3)} ${'kMGT'[step - 1]}`;
}

/** A ratio in [0, 1] as a percentage with one decimal; a dash where there is none. */
export const percent = (ratio: number | null): string => (ratio === null ? '–' : `${(ratio * 100).toFixed(1)} %`);

export const when = (milliseconds: number | null): string =>
  milliseconds === null ? '–' : new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');

/** Bytes in the largest binary unit that keeps a number of at least one. */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = Math.min(units.length - 1, value < 1 ? 0 : Math.floor(Math.log2(value) / 10));
  return `${(value / 1024 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`;
}

/** Seconds as `1 h 02 min`, `3 min 20 s` or `12 s`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
