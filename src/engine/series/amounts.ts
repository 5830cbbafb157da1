import { NEVER, type EpochMs } from '../../base/time.ts';
import type { AmountTest } from '../../compile/comparison.ts';
import type { SlidingWindow } from '../../compile/window.ts';
import type { Single } from './behaviour.ts';
import type { Cells } from './cells.ts';
import { addToSum, sumAt } from './exact-sum.ts';
import {
  entryCount,
  instantOf,
  laterThan,
  mergeIn,
  placeFor,
  spanOf,
  type Layout,
} from './sorted.ts';

/*
 * A sum or an average in a window that time moves. Cells: the sum (two), the entries that are in it
 * (from, to), then entries of instant and amount, ascending.
 *
 * 1. Entries before `from` have left, those from `to` on have not entered.
 * 2. The sum is that of the entries between the two: only a join makes it anew.
 */

const SUM = 0;
const FROM = 2;
const TO = 3;
const HEAD_CELLS = 4;
const LAYOUT: Layout = { from: HEAD_CELLS, width: 2 };

export function amounts(window: SlidingWindow, isAverage: boolean, test: AmountTest): Single {
  const { entersAt, leavesAt } = window;

  function settle(cells: Cells, now: EpochMs): void {
    const count = entryCount(cells, LAYOUT);
    let to = cells.get(TO);
    for (; to < count && entersAt(instantOf(cells, LAYOUT, to)) <= now; to++) {
      addToSum(cells, SUM, amountOf(cells, to));
    }
    let from = cells.get(FROM);
    for (; from < to && leavesAt(instantOf(cells, LAYOUT, from)) <= now; from++) {
      addToSum(cells, SUM, -amountOf(cells, from));
    }
    cells.set(FROM, from);
    cells.set(TO, to);
    if (from === count) cells.remove(0, cells.length);
    else if (from > count / 2) drop(cells, from);
  }

  return {
    take: (cells, { at, now, contribution }, part) => {
      if (leavesAt(at) <= now || contribution.amounts.length === 0) return false;
      if (cells.length === 0) cells.lengthen(HEAD_CELLS);
      for (const amount of contribution.amounts) {
        insert(cells, at, part === 'minus' ? -amount : amount);
      }
      return true;
    },
    join: (cells, from, now) => {
      if (cells.length === 0) cells.lengthen(HEAD_CELLS);
      drop(cells, cells.get(FROM));
      mergeIn(cells, LAYOUT, laterThan(from.slice(HEAD_CELLS), 2, now, leavesAt));
      // `settle` sums them up anew.
      for (const cell of [SUM, SUM + 1, FROM, TO]) cells.set(cell, 0);
    },
    holds: (cells, now) => {
      if (cells.length > 0) settle(cells, now);
      const count = cells.get(TO) - cells.get(FROM);
      if (cells.length === 0 || count === 0) return !isAverage && test(0, 1);
      return test(sumAt(cells, SUM), isAverage ? count : 1);
    },
    nextAt: (cells) => {
      const count = entryCount(cells, LAYOUT);
      if (count === 0) return NEVER;
      const leaves = leavesAt(instantOf(cells, LAYOUT, cells.get(FROM)));
      const to = cells.get(TO);
      return to === count ? leaves : Math.min(leaves, entersAt(instantOf(cells, LAYOUT, to)));
    },
    kept: (cells) => {
      if (cells.length === 0) return { of: 'sum', sum: 0, count: 0 };
      const [from, to] = [cells.get(FROM), cells.get(TO)];
      return {
        of: 'sum',
        sum: sumAt(cells, SUM),
        count: to - from,
        ...spanOf(cells, LAYOUT, from, to),
      };
    },
  };
}

function amountOf(cells: Cells, entry: number): number {
  return cells.get(HEAD_CELLS + entry * 2 + 1);
}

/** One that lands between those in the sum goes into it; one behind them waits for `settle`. */
function insert(cells: Cells, at: EpochMs, amount: number): void {
  const place = placeFor(cells, LAYOUT, at);
  const cell = HEAD_CELLS + place * 2;
  cells.insert(cell, 2);
  cells.set(cell, at);
  cells.set(cell + 1, amount);
  if (place >= cells.get(TO)) return;
  cells.add(TO, 1);
  addToSum(cells, SUM, amount);
}

function drop(cells: Cells, entries: number): void {
  cells.remove(HEAD_CELLS, entries * 2);
  cells.add(FROM, -entries);
  cells.add(TO, -entries);
}
