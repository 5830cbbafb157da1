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
 * The counts, ascending, whose answer may differ from that of the count before them: 3 with
 * `atLeast: 3`, 4 with `atMost: 3`, 3 and 4 with `equals: 3`. From the last one on the answer stays
 * the same. Never empty; the first is at least 1.
 */
export function countsThatTurn(comparison: Comparison): number[] {
  const turns = turnsOf(comparison).map((count) => Math.max(1, count));
  return [...new Set(turns)].toSorted((a, b) => a - b);
}

function turnsOf(comparison: Comparison): number[] {
  switch (comparison.op) {
    case 'atLeast':
    case 'lessThan':
      return [Math.ceil(comparison.value)];
    case 'atMost':
    case 'moreThan':
      return [Math.floor(comparison.value) + 1];
    case 'equals':
      return [Math.ceil(comparison.value), Math.floor(comparison.value) + 1];
    case 'between':
      return [Math.ceil(comparison.low), Math.floor(comparison.high) + 1];
  }
}

/** The count from which on the answer stays the same: more than so many need not be kept. */
export function countThatDecides(comparison: Comparison): number {
  return countsThatTurn(comparison).at(-1) ?? 1;
}
