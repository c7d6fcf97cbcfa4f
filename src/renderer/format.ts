const counts = new Intl.NumberFormat('en');
const DASH = '–';

/** A whole number with thousands separators: 32137 → "32,137". */
export const formatCount = (value: number | null | undefined): string =>
  value === null || value === undefined ? DASH : counts.format(Math.round(value));

/** A number with a fixed number of decimals; a dash where there is none. */
export const formatNumber = (value: number | null | undefined, decimals = 2): string =>
  value === null || value === undefined || !Number.isFinite(value) ? DASH : value.toFixed(decimals);

/** A ratio in [0, 1] as a percentage: 0.8125 → "81.3 %". */
export const formatPercent = (ratio: number | null | undefined, decimals = 1): string =>
  ratio === null || ratio === undefined || !Number.isFinite(ratio) ? DASH : `${(ratio * 100).toFixed(decimals)} %`;

/**
 * A share whose decimals follow its support: none under 100 faces, one under 10,000, two above.
 * One face in n is 100/n percentage points; further digits would say nothing.
 */
export const formatShare = (ratio: number | null | undefined, support: number): string =>
  formatPercent(ratio, support < 100 ? 0 : support < 10_000 ? 1 : 2);

/** Seconds as a person says them: "0.4 s", "42 s", "3 min 05 s", "2 h 10 min". */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return DASH;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** Bytes in steps of 1024: 1536 → "1.5 KB". */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return DASH;
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const decimals = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(decimals)} ${UNITS[unit]}`;
}

/** Faces a second: one decimal under ten, none above. */
export const formatRate = (perSecond: number | null | undefined): string =>
  perSecond === null || perSecond === undefined
    ? DASH
    : `${perSecond < 10 ? perSecond.toFixed(1) : formatCount(perSecond)} faces/s`;

const dates = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
const times = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** Milliseconds since the epoch as "3 Mar 2026". */
export const formatDate = (epoch: number | null | undefined): string =>
  epoch === null || epoch === undefined ? DASH : dates.format(epoch);

/** Milliseconds since the epoch as "3 Mar 2026, 14:05". */
export const formatTime = (epoch: number | null | undefined): string =>
  epoch === null || epoch === undefined ? DASH : times.format(epoch);

/** "1 face", "2 faces": `plural` defaults to the word with an s. */
export const counted = (count: number, singular: string, plural = `${singular}s`): string =>
  `${formatCount(count)} ${count === 1 ? singular : plural}`;

/** The last part of a path with either kind of slash. */
export const fileName = (path: string): string => path.split(/[/\\]/).filter(Boolean).at(-1) ?? path;
