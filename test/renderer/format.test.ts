import { describe, expect, it } from 'vitest';
import {
  counted,
  fileName,
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatRate,
  formatShare,
} from '../../src/renderer/format.ts';

describe('format', () => {
  it('groups thousands and shows a dash for what is not there', () => {
    expect(formatCount(32_137)).toBe('32,137');
    expect(formatCount(null)).toBe('–');
    expect(formatNumber(Number.NaN)).toBe('–');
    expect(formatPercent(null)).toBe('–');
  });

  it('gives a share only the decimals that its support carries', () => {
    expect(formatShare(1 / 3, 99)).toBe('33 %');
    expect(formatShare(1 / 3, 100)).toBe('33.3 %');
    expect(formatShare(1 / 3, 10_000)).toBe('33.33 %');
  });

  it.each([
    [0.42, '0.4 s'],
    [42, '42 s'],
    [59.6, '1 min 00 s'],
    [185, '3 min 05 s'],
    [3599.7, '1 h 00 min'],
    [7800, '2 h 10 min'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('says %d seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KB'],
    [80_915_612, '77.2 MB'],
    [3 * 1024 ** 4, '3.0 TB'],
  ])('says %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('shows a decimal of a slow speed only', () => {
    expect(formatRate(3.14)).toBe('3.1 faces/s');
    expect(formatRate(1234.6)).toBe('1,235 faces/s');
    expect(formatRate(null)).toBe('–');
  });

  it('counts one thing in the singular', () => {
    expect(counted(1, 'face')).toBe('1 face');
    expect(counted(0, 'face')).toBe('0 faces');
    expect(counted(2, 'class', 'classes')).toBe('2 classes');
  });

  it('takes the last part of a path of either system', () => {
    expect(fileName('/data/ferplus/label.csv')).toBe('label.csv');
    expect(fileName('C:\\data\\ferplus\\')).toBe('ferplus');
  });
});
