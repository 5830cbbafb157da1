import type { Cells } from './cells.ts';

/*
 * An exact sum of whole numbers in two cells, low and high: low + high · 2⁵². Amounts are at most
 * 2⁵³ each, so many of them leave what one cell can hold exactly.
 */

const CARRY = 2 ** 52;

/** @param amount a safe integer */
export function addToSum(cells: Cells, at: number, amount: number): void {
  const high = Math.trunc(amount / CARRY);
  let low = cells.get(at) + (amount - high * CARRY);
  let carry = high;
  if (Math.abs(low) >= CARRY) {
    carry += Math.sign(low);
    low -= Math.sign(low) * CARRY;
  }
  cells.set(at, low);
  if (carry !== 0) cells.add(at + 1, carry);
}

export function sumAt(cells: Cells, at: number): number | bigint {
  const high = cells.get(at + 1);
  return high === 0 ? cells.get(at) : BigInt(cells.get(at)) + BigInt(high) * BigInt(CARRY);
}
