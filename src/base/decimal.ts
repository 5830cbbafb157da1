/*
 * Amounts are whole ten-thousandths ("units"), so that a sum is exact in whatever order it was
 * made. What counts is the decimal text that a number has in JSON: 1.00005 is 1.00005 here, not the
 * binary fraction just below it. Every shortcut below says why it gives the same as the text would.
 */

/** Ten-thousandths in one. */
export const UNITS_PER_ONE = 10_000;

/** The largest amount that is kept, 9 · 10¹¹, in units; still a safe integer. */
export const UNITS_MAX = 9_000_000_000_000_000;

/** Up to 15 significant digits no two decimals share a double, so the one that fits is the text. */
const UNAMBIGUOUS_MAX = 999_999_999_999_999;

/**
 * A number in units: its decimal text rounded to four decimals, ties away from zero.
 *
 * @returns a safe integer, never -0; undefined beyond ± UNITS_MAX and for what is not finite
 */
export function toUnits(value: number): number | undefined {
  const exact = exactUnits(value);
  if (exact !== undefined) return exact;
  if (!(Math.abs(value) < 1e12)) return undefined;
  if (Math.abs(value) < 1e-6) return 0; // from here on the text has no exponent
  const text = String(Math.abs(value));
  const dot = text.indexOf('.');
  const whole = dot < 0 ? text : text.slice(0, dot);
  const fraction = dot < 0 ? '' : text.slice(dot + 1);
  const roundUp = fraction.charCodeAt(4) >= 0x35 ? 1 : 0; // NaN, where there is no fifth digit
  const units =
    Number(whole) * UNITS_PER_ONE + Number(fraction.slice(0, 4).padEnd(4, '0')) + roundUp;
  return signed(units, value < 0);
}

/**
 * The product of two numbers in units: the exact product of their decimal texts, rounded once.
 *
 * @returns as `toUnits`; it is the rounded product that must lie within the bounds
 */
export function productToUnits(a: number, b: number): number | undefined {
  if (!Number.isFinite(a) || !Number.isFinite(b)) return undefined;
  const unitsOfA = exactUnits(a);
  const unitsOfB = exactUnits(b);
  if (unitsOfA !== undefined && unitsOfB !== undefined) {
    const product = unitsOfA * unitsOfB;
    if (Number.isSafeInteger(product)) return roundToTenThousand(product);
  }
  return slowProduct(a, b);
}

/** The value in units when it has at most four decimals and is not too large to tell at once. */
function exactUnits(value: number): number | undefined {
  const units = Math.round(value * UNITS_PER_ONE);
  if (Math.abs(units) <= UNAMBIGUOUS_MAX) {
    // The decimal units / 10⁴ has at most 15 digits and this double: it is the double's text.
    return units / UNITS_PER_ONE === value ? units + 0 : undefined;
  }
  return Number.isInteger(value) && Math.abs(units) <= UNITS_MAX ? units : undefined;
}

/** Divides a safe integer by 10⁴, ties away from zero. A remainder is exact, a quotient not. */
function roundToTenThousand(product: number): number {
  const rest = product % UNITS_PER_ONE;
  const units = (product - rest) / UNITS_PER_ONE;
  if (rest >= UNITS_PER_ONE / 2) return units + 1;
  if (rest <= -UNITS_PER_ONE / 2) return units - 1;
  return units + 0;
}

function slowProduct(a: number, b: number): number | undefined {
  const rough = Math.abs(a * b); // off by less than one part in 10¹⁵
  if (rough > 1e12) return undefined;
  if (rough < 1e-6) return 0;
  const x = decimalOf(a);
  const y = decimalOf(b);
  const mantissa = x.mantissa * y.mantissa;
  const size = mantissa < 0n ? -mantissa : mantissa;
  const decimals = x.decimals + y.decimals - 4;
  const divisor = 10n ** BigInt(Math.max(decimals, 0));
  const units =
    decimals > 0 ? (2n * size + divisor) / (2n * divisor) : size * 10n ** BigInt(-decimals);
  return signed(Number(units), mantissa < 0n);
}

function signed(units: number, negative: boolean): number | undefined {
  if (units > UNITS_MAX) return undefined;
  return negative && units !== 0 ? -units : units;
}

/** A finite number as its text has it: mantissa · 10^-decimals. */
function decimalOf(value: number): { readonly mantissa: bigint; readonly decimals: number } {
  const [digits = '0', exponent = '0'] = String(value).split('e');
  const dot = digits.indexOf('.');
  const mantissa = BigInt(digits.replace('.', ''));
  const decimals = (dot < 0 ? 0 : digits.length - dot - 1) - Number(exponent);
  if (decimals >= 0) return { mantissa, decimals };
  return { mantissa: mantissa * 10n ** BigInt(-decimals), decimals: 0 };
}

/** Units as decimal text, without needless zeros: 125000 is `12.5`. */
export function textOfUnits(units: number | bigint): string {
  const value = BigInt(units);
  const size = value < 0n ? -value : value;
  const whole = size / BigInt(UNITS_PER_ONE);
  const fraction = String(size % BigInt(UNITS_PER_ONE))
    .padStart(4, '0')
    .replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/**
 * The average of some amounts in units, rounded, ties away from zero: for people, not to compare
 * with.
 *
 * @param count above 0
 */
export function averageUnits(sum: number | bigint, count: number): bigint {
  const value = BigInt(sum);
  const size = value < 0n ? -value : value;
  const rounded = (2n * size + BigInt(count)) / (2n * BigInt(count));
  return value < 0n ? -rounded : rounded;
}

/** A number that sums of units are compared with; it may have any number of decimals. */
export interface Threshold {
  /** In units when that is a safe integer, as nearly always; else NaN. */
  readonly units: number;
  /** Exactly, in units: numerator / denominator. */
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** @param value finite */
export function thresholdOf(value: number): Threshold {
  const { mantissa, decimals } = decimalOf(value);
  const numerator = decimals < 4 ? mantissa * 10n ** BigInt(4 - decimals) : mantissa;
  const denominator = 10n ** BigInt(Math.max(decimals - 4, 0));
  const units = denominator === 1n ? Number(numerator) : Number.NaN;
  return { units: Number.isSafeInteger(units) ? units : Number.NaN, numerator, denominator };
}

/**
 * Compares a sum with threshold · times, exactly: -1 below, 0 equal, 1 above. An average of n
 * amounts is compared as their sum against its threshold n times.
 *
 * @param sum   units; a safe integer or a bigint
 * @param times a safe integer from 0
 */
export function compareUnits(sum: number | bigint, threshold: Threshold, times = 1): -1 | 0 | 1 {
  if (typeof sum === 'number') {
    const limit = threshold.units * times; // NaN is no safe integer either
    if (Number.isSafeInteger(limit)) return sum < limit ? -1 : sum > limit ? 1 : 0;
  }
  const left = BigInt(sum) * threshold.denominator;
  const right = threshold.numerator * BigInt(times);
  return left < right ? -1 : left > right ? 1 : 0;
}
