import { InvalidArgumentError } from 'commander';
import { SPLITS, type Split } from '../../../shared/entities.ts';

/** For an option that may be given again: gathers its values. */
export const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];

/** `a=b` pairs gathered into a record. Throws on anything else. */
export function collectPairs(
  value: string,
  before: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const at = value.indexOf('=');
  const [name, target] = [value.slice(0, at).trim(), value.slice(at + 1).trim()];
  if (at <= 0 || name === '' || target === '') throw new InvalidArgumentError('It should read NAME=CLASS.');
  return { ...before, [name]: target };
}

/** Splits given as `--split train --split valid`, `train,valid` or `all`; all four where none is named. */
export function collectSplits(value: string, before: readonly Split[] | undefined): readonly Split[] {
  const named = value.split(',').map((name) => name.trim().toLowerCase());
  const unknown = named.find((name) => name !== 'all' && !(SPLITS as readonly string[]).includes(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`“${unknown}” is none of ${SPLITS.join(', ')}, all.`);
  const wanted = new Set([...(before ?? []), ...(named.includes('all') ? SPLITS : (named as Split[]))]);
  return SPLITS.filter((split) => wanted.has(split));
}

/** A whole number within bounds. */
export const whole =
  (least: number, most: number) =>
  (value: string): number => {
    const parsed = Number(value);
    if (/^\d+$/.test(value) && parsed >= least && parsed <= most) return parsed;
    throw new InvalidArgumentError(`It should be a whole number from ${least} to ${most}.`);
  };

export function number(value: string): number {
  const parsed = Number(value);
  if (value.trim() !== '' && Number.isFinite(parsed)) return parsed;
  throw new InvalidArgumentError('It should be a number.');
}

/** Words parted by commas. */
export const list = (value: string): readonly string[] =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Numbers parted by commas. */
export const numbers = (value: string): readonly number[] => list(value).map(number);
