import { describe, expect, it } from 'vitest';
import { retryDelayMs } from '../../../src/dashboard/data/backoff.ts';
import {
  formatAgo,
  formatChange,
  formatCount,
  formatInstant,
  formatLag,
  formatRate,
  formatSpan,
} from '../../../src/dashboard/data/format.ts';

describe('numbers', () => {
  it.each([
    [formatCount(undefined), '–'],
    [formatCount(1_234_567), '1,234,567'],
    [formatChange(3), '+3'],
    [formatChange(-1_200), '−1,200'],
    [formatChange(0), '0'],
    [formatRate(0), '0'],
    [formatRate(0.25), '0.25'],
    [formatRate(9.44), '9.4'],
    [formatRate(1_021.6), '1,022'],
    [formatLag(undefined).join(' '), '– '],
    [formatLag(12).join(' '), '12 ms'],
    [formatLag(1_540).join(' '), '1.5 s'],
    [formatLag(120_000).join(' '), '2 min'],
    [formatSpan(20_400), '20 s'],
    [formatSpan(59_900), 'minute'],
    [formatSpan(undefined), 'minute'],
  ])('are written %s', (text, expected) => {
    expect(text).toBe(expected);
  });
});

describe('time', () => {
  it('is shown in UTC', () => {
    expect(formatInstant('2026-11-21T22:43:30.123Z')).toEqual(['22:43:30', 'Sat, 21 Nov 2026']);
    expect(formatInstant(undefined)).toEqual(['–', '']);
  });

  it.each([
    [0, 'now'],
    [30_000, '−30 s'],
    [60_000, '−1 min'],
    [90_000, '−1:30'],
  ])('ago of %i ms is %s', (ms, expected) => {
    expect(formatAgo(ms)).toBe(expected);
  });
});

describe('the wait before another attempt', () => {
  it.each([
    [1, 0, 375],
    [1, 1, 625],
    [2, 0.5, 1_000],
    [6, 0.5, 10_000],
    [1_000, 1, 12_500],
  ])('after %i failures and with chance %d is %i ms', (failures, chance, expected) => {
    expect(retryDelayMs(failures, chance)).toBe(expected);
  });
});
