import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DAY_MS,
  dateOfUtc,
  daysInMonth,
  formatInstant,
  isLeapYear,
  parseDate,
  parseDuration,
  parseInstant,
  utcOfDate,
} from '../../src/base/time.ts';

describe('parseDuration', () => {
  it.each([
    ['1s', 1_000],
    ['45s', 45_000],
    ['15m', 900_000],
    ['12h', 43_200_000],
    ['30d', 2_592_000_000],
    ['2w', 1_209_600_000],
    ['0d', 0],
    ['007d', 7 * DAY_MS],
    ['999999999s', 999_999_999_000],
    ['1000000000s', undefined],
    ['', undefined],
    ['d', undefined],
    ['30', undefined],
    ['30 d', undefined],
    ['-1d', undefined],
    ['1.5h', undefined],
    ['1D', undefined],
    ['1y', undefined],
    ['1d\n', undefined],
    ['1d12h', undefined],
    ['١d', undefined],
  ])('%j is %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
});

describe('parseInstant', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0],
    ['1970-01-01T00:00:00.001Z', 1],
    ['1970-01-01T03:00:00+03:00', 0],
    ['1969-12-31T19:00:00-0500', 0],
    ['1970-01-01T05:45:00+05:45', 0],
    ['1970-01-01T00:00Z', 0],
    ['1970-01-01t00:00:00z', 0],
    ['1970-01-01 00:00:00Z', 0],
    ['1970-01-01T00:00:00,5Z', 500],
    ['1970-01-01T00:00:00.9999999Z', 999],
    ['1969-12-31T23:59:59.999Z', -1],
    ['2024-02-29T12:00:00Z', Date.UTC(2024, 1, 29, 12)],
    ['2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29)],
    ['2023-02-29T00:00:00Z', undefined],
    ['1900-02-29T00:00:00Z', undefined],
    ['2024-04-31T00:00:00Z', undefined],
    ['2024-13-01T00:00:00Z', undefined],
    ['2024-00-01T00:00:00Z', undefined],
    ['2024-01-00T00:00:00Z', undefined],
    ['2024-01-01T24:00:00Z', undefined],
    ['2024-01-01T00:60:00Z', undefined],
    ['2024-01-01T00:00:60Z', undefined],
    ['2024-01-01T00:00:00+24:00', undefined],
    ['2024-01-01T00:00:00+03:60', undefined],
    ['2024-01-01T00:00:00', undefined],
    ['2024-01-01', undefined],
    ['2024-1-1T00:00:00Z', undefined],
    ['24-01-01T00:00:00Z', undefined],
    ['2024-01-01T00:00:00Zjunk', undefined],
    [' 2024-01-01T00:00:00Z', undefined],
    ['1700000000', undefined],
    ['now', undefined],
    ['', undefined],
  ])('%j is %s', (text, at) => {
    expect(parseInstant(text)).toBe(at);
  });

  it('reads what formatInstant writes, which is what everyone writes', () => {
    const ats = fc.integer({ min: Date.UTC(0, 0) - 1, max: Date.UTC(9999, 11, 31) });
    fc.assert(
      fc.property(ats, (at) => {
        const text = formatInstant(at);
        expect(text).toBe(new Date(at).toISOString());
        expect(parseInstant(text)).toBe(at);
      }),
    );
  });
});

describe('dates', () => {
  it.each([
    ['1990-05-31', { year: 1990, month: 5, day: 31 }],
    ['2024-02-29', { year: 2024, month: 2, day: 29 }],
    ['2023-02-29', undefined],
    ['2100-02-29', undefined],
    ['1990-06-31', undefined],
    ['1990-05-31T00:00:00Z', undefined],
    ['1990-5-31', undefined],
    ['31.05.1990', undefined],
  ])('%j is %j', (text, date) => {
    expect(parseDate(text)).toEqual(date);
  });

  it('knows the lengths of months', () => {
    const lengths = Array.from({ length: 12 }, (_, i) => daysInMonth(2023, i + 1));
    expect(lengths).toEqual([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
    expect([1900, 2000, 2023, 2024].map(isLeapYear)).toEqual([false, true, false, true]);
  });

  it('turns instants into dates and back, as Date does', () => {
    fc.assert(
      fc.property(fc.integer({ min: -60_000_000_000_000, max: 250_000_000_000_000 }), (at) => {
        const date = dateOfUtc(at);
        const theirs = new Date(at);
        expect(date).toEqual({
          year: theirs.getUTCFullYear(),
          month: theirs.getUTCMonth() + 1,
          day: theirs.getUTCDate(),
        });
        const midnight = utcOfDate(date.year, date.month, date.day);
        expect(midnight).toBe(Math.floor(at / DAY_MS) * DAY_MS);
      }),
    );
  });
});
