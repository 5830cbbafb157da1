import { compareUnits, thresholdOf } from '../base/decimal.ts';
import type { Comparison } from '../rules/rule.ts';

/** Whether a plain number (a count, whole years, milliseconds) satisfies a comparison. */
export type NumberTest = (value: number) => boolean;

/**
 * Whether an exact sum in ten-thousandths satisfies a comparison with `times` times its threshold:
 * an average is compared as sum against threshold × n, so that no division rounds.
 */
export type AmountTest = (sum: number | bigint, times: number) => boolean;

export function compileNumberTest(comparison: Comparison): NumberTest {
  if (comparison.op === 'between') {
    const { low, high } = comparison;
    return (value) => value >= low && value <= high;
  }
  const { op, value: bound } = comparison;
  switch (op) {
    case 'atLeast':
      return (value) => value >= bound;
    case 'atMost':
      return (value) => value <= bound;
    case 'moreThan':
      return (value) => value > bound;
    case 'lessThan':
      return (value) => value < bound;
    case 'equals':
      return (value) => value === bound;
  }
}

export function compileAmountTest(comparison: Comparison): AmountTest {
  if (comparison.op === 'between') {
    const low = thresholdOf(comparison.low);
    const high = thresholdOf(comparison.high);
    return (sum, times) =>
      compareUnits(sum, low, times) >= 0 && compareUnits(sum, high, times) <= 0;
  }
  const threshold = thresholdOf(comparison.value);
  switch (comparison.op) {
    case 'atLeast':
      return (sum, times) => compareUnits(sum, threshold, times) >= 0;
    case 'atMost':
      return (sum, times) => compareUnits(sum, threshold, times) <= 0;
    case 'moreThan':
      return (sum, times) => compareUnits(sum, threshold, times) > 0;
    case 'lessThan':
      return (sum, times) => compareUnits(sum, threshold, times) < 0;
    case 'equals':
      return (sum, times) => compareUnits(sum, threshold, times) === 0;
  }
}

/**
 * The count from which on the answer stays the same: with `atLeast: 3` it does not matter whether
 * there were 3 or 300, with `atMost: 3` not whether 4 or 400.
 */
export function countThatDecides(comparison: Comparison): number {
  switch (comparison.op) {
    case 'atLeast':
    case 'lessThan':
      return Math.max(1, Math.ceil(comparison.value));
    case 'atMost':
    case 'moreThan':
    case 'equals':
      return Math.max(1, Math.floor(comparison.value) + 1);
    case 'between':
      return Math.max(1, Math.floor(comparison.high) + 1);
  }
}
