import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  UNITS_MAX,
  averageUnits,
  compareUnits,
  productToUnits,
  textOfUnits,
  thresholdOf,
  toUnits,
} from '../../src/base/decimal.ts';

/** A decimal text as an exact fraction; written apart from the code under test. */
function fraction(value: number): { top: bigint; bottom: bigint } {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  const [, sign = '', whole = '', digits = '', exponent = '0'] = match ?? [];
  const shift = Number(exponent) - digits.length;
  const mantissa = BigInt(sign + whole + digits);
  return shift >= 0
    ? { top: mantissa * 10n ** BigInt(shift), bottom: 1n }
    : { top: mantissa, bottom: 10n ** BigInt(-shift) };
}

/** top / bottom in ten-thousandths, ties away from zero. */
function rounded(top: bigint, bottom: bigint): number | undefined {
  const size = (top < 0n ? -top : top) * 10_000n;
  const whole = size / bottom + ((size % bottom) * 2n >= bottom ? 1n : 0n);
  if (whole > BigInt(UNITS_MAX)) return undefined;
  return whole === 0n ? 0 : Number(top < 0n ? -whole : whole);
}

function oracle(value: number): number | undefined {
  const { top, bottom } = fraction(value);
  return rounded(top, bottom);
}

function productOracle(a: number, b: number): number | undefined {
  const [x, y] = [fraction(a), fraction(b)];
  return rounded(x.top * y.top, x.bottom * y.bottom);
}

const money = fc
  .tuple(fc.integer({ min: -100_000_000, max: 100_000_000 }), fc.integer({ min: 0, max: 7 }))
  .map(([digits, decimals]) => Number(`${digits}e-${decimals}`));
const any = fc.double({ noNaN: true, noDefaultInfinity: true });
const large = fc.double({ min: -9.1e11, max: 9.1e11, noNaN: true });
const anyNumber = fc.oneof(money, any, large, fc.integer());

describe('toUnits', () => {
  it.each([
    [0, 0],
    [-0, 0],
    [1, 10_000],
    [0.1, 1_000],
    [1.0001, 10_001],
    [1.00005, 10_001],
    [-1.00005, -10_001],
    [1.00004999, 10_000],
    [0.1 + 0.2, 3_000],
    [1.005, 10_050],
    [0.00005, 1],
    [0.00004999, 0],
    [-0.00005, -1],
    [-0.00004, 0],
    [1e-7, 0],
    [-5e-324, 0],
    [99_999_999_999.99995, 1_000_000_000_000_000],
    [123_456_789_012.3457, 1_234_567_890_123_457],
    [900_000_000_000, UNITS_MAX],
    [-900_000_000_000, -UNITS_MAX],
    [900_000_000_000.0001, undefined],
    [900_000_000_001, undefined],
    [1e21, undefined],
    [Number.MAX_VALUE, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [Number.NaN, undefined],
  ])('%d is %s', (value, units) => {
    expect(toUnits(value)).toBe(units);
  });

  it('rounds the decimal text of every number', () => {
    fc.assert(
      fc.property(anyNumber, (value) => {
        expect(toUnits(value)).toBe(oracle(value));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('productToUnits', () => {
  it.each([
    [19.99, 3, 599_700],
    [0.1, 0.2, 200],
    [0.01, 0.005, 1],
    [-0.01, 0.005, -1],
    [0.01, 0.0049, 0],
    [1.1, 1.1, 12_100],
    [1.00005, 1, 10_001],
    [0.99995, 0.5, 5_000],
    [0, -5, 0],
    [1e300, 1e-300, 10_000],
    [1e300, 1e300, undefined],
    [5e-324, 5e-324, 0],
    [900_000_000_000, 1, UNITS_MAX],
    [900_000, 1_000_000, UNITS_MAX],
    [900_000, -1_000_000, -UNITS_MAX],
    [900_000.0001, 1_000_000, undefined],
    [Number.POSITIVE_INFINITY, 0, undefined],
    [2, Number.NaN, undefined],
  ])('%d times %d is %s', (a, b, units) => {
    expect(productToUnits(a, b)).toBe(units);
  });

  it('is the exact product, rounded once', () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, (a, b) => {
        expect(productToUnits(a, b)).toBe(productOracle(a, b));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('compareUnits', () => {
  it.each([
    [10_000, 1, 1, 0],
    [9_999, 1, 1, -1],
    [10_001, 1, 1, 1],
    [0, 0.00001, 1, -1],
    [1, 0.00001, 10, 0],
    [-1, -0.00001, 11, 1],
    [30_000, 1, 3, 0],
    [0, 5, 0, 0],
    [UNITS_MAX, 1e300, 1, -1],
    [0, -1e300, 1, 1],
    [10n ** 20n, 1e16, 1, 0],
    [10n ** 20n + 1n, 1e16, 1, 1],
  ] as const)('%s against %d, %d times, is %d', (sum, value, times, order) => {
    expect(compareUnits(sum, thresholdOf(value), times)).toBe(order);
  });

  it('compares exactly, with numbers as with bigints', () => {
    const sums = fc.maxSafeInteger();
    fc.assert(
      fc.property(sums, anyNumber, fc.nat({ max: 100_000 }), (sum, value, times) => {
        const { top, bottom } = fraction(value);
        const difference = BigInt(sum) * bottom - top * 10_000n * BigInt(times);
        const order = difference < 0n ? -1 : difference > 0n ? 1 : 0;
        expect(compareUnits(sum, thresholdOf(value), times)).toBe(order);
        expect(compareUnits(BigInt(sum), thresholdOf(value), times)).toBe(order);
      }),
    );
  });

  it('tells a sum at its threshold from the one beside it', () => {
    fc.assert(
      fc.property(money, fc.integer({ min: 1, max: 1_000 }), (value, times) => {
        const units = toUnits(value);
        if (units === undefined || units / 10_000 !== value) return;
        expect(compareUnits(units * times - 1, thresholdOf(value), times)).toBe(-1);
        expect(compareUnits(units * times, thresholdOf(value), times)).toBe(0);
        expect(compareUnits(units * times + 1, thresholdOf(value), times)).toBe(1);
      }),
    );
  });
});

describe('text of units', () => {
  it.each([
    [0, '0'],
    [125_000, '12.5'],
    [-1, '-0.0001'],
    [10_000, '1'],
    [9_000_000_000_000_000n * 3n, '2700000000000'],
  ])('%s is %s', (units, text) => {
    expect(textOfUnits(units)).toBe(text);
  });

  it('what is whole or has four decimals comes back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9e14, max: 9e14 }), (units) => {
        expect(toUnits(Number(textOfUnits(units)))).toBe(units);
      }),
    );
  });
});

it.each([
  [10, 4, 3n],
  [-10, 4, -3n],
  [9, 4, 2n],
  [0, 7, 0n],
  [2n ** 60n, 2, 2n ** 59n],
])('the average of %s over %d is %s', (sum, count, average) => {
  expect(averageUnits(sum, count)).toBe(average);
});
