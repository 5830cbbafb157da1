import type { Comparison } from '../../src/rules/rule.ts';

/** An exact decimal number: digits / 10 ** scale. */
export interface Decimal {
  readonly digits: bigint;
  /** How many of the digits stand behind the point; at least 0. */
  readonly scale: number;
}

/** The number whose shortest decimal text is that of `value`. */
export function decimalOf(value: number): Decimal {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  if (parts === null) throw new Error(`${value} has no decimal text`);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  const digits = BigInt(`${sign}${whole}${fraction}`);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

export function times(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, scale: a.scale + b.scale };
}

/** Below, at or above 0 as a is less than, equal to or greater than b. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const left = a.digits * 10n ** BigInt(b.scale);
  const right = b.digits * 10n ** BigInt(a.scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

const AMOUNT_SCALE = 4;
/** 9 · 10¹¹ in ten-thousandths. */
const AMOUNT_MAX = 9_000_000_000_000_000n;

/** In whole ten-thousandths, ties away from zero; undefined beyond ± 9 · 10¹¹. */
export function amountOf(value: Decimal): bigint | undefined {
  const amount = rounded(value);
  return amount > AMOUNT_MAX || amount < -AMOUNT_MAX ? undefined : amount;
}

function rounded({ digits, scale }: Decimal): bigint {
  if (scale <= AMOUNT_SCALE) return digits * 10n ** BigInt(AMOUNT_SCALE - scale);
  const divisor = 10n ** BigInt(scale - AMOUNT_SCALE);
  const magnitude = digits < 0n ? -digits : digits;
  const away = (magnitude * 2n + divisor) / (divisor * 2n);
  return digits < 0n ? -away : away;
}

export function decimalOfAmount(amount: bigint): Decimal {
  return { digits: amount, scale: AMOUNT_SCALE };
}

/** Whether `value` / `count` passes; `value` is held against threshold × `count`, undivided. */
export function compares(comparison: Comparison, value: Decimal, count = 1): boolean {
  const order = (threshold: number): number =>
    compareDecimals(value, times(decimalOf(threshold), decimalOf(count)));
  switch (comparison.op) {
    case 'atLeast':
      return order(comparison.value) >= 0;
    case 'atMost':
      return order(comparison.value) <= 0;
    case 'moreThan':
      return order(comparison.value) > 0;
    case 'lessThan':
      return order(comparison.value) < 0;
    case 'equals':
      return order(comparison.value) === 0;
    case 'between':
      return order(comparison.low) >= 0 && order(comparison.high) <= 0;
  }
}
