import { NEVER, type EpochMs } from '../../base/time.ts';
import type { AmountTest } from '../../compile/comparison.ts';
import type { SlidingWindow } from '../../compile/window.ts';
import type { Single } from './behaviour.ts';
import type { Cells } from './cells.ts';
import {
  entryCount,
  firstLater,
  instantOf,
  keepOnly,
  laterThan,
  mergeIn,
  placeFor,
  type Layout,
} from './sorted.ts';

const LAYOUT: Layout = { from: 0, width: 2 };

/**
 * The largest amount (sign 1) or the smallest (sign -1) in a window that time moves: entries of
 * instant and amount × sign, ascending in time. Where the window ends now, an entry that a later
 * one reaches or exceeds can never be the extreme again and is dropped, so the first is the
 * extreme.
 */
export function extremes(window: SlidingWindow, sign: 1 | -1, test: AmountTest): Single {
  const { entersAt, leavesAt, endsNow } = window;

  /** After what has left is dropped. */
  function extremeOf(cells: Cells, now: EpochMs): number | undefined {
    const inside = endsNow ? Math.min(1, cells.length) : firstLater(cells, LAYOUT, now, entersAt);
    if (inside === 0) return undefined;
    let extreme = valueOf(cells, 0);
    for (let i = 1; i < inside; i++) extreme = Math.max(extreme, valueOf(cells, i));
    return extreme * sign;
  }

  return {
    take: (cells, { at, now, contribution }) => {
      if (leavesAt(at) <= now || contribution.amounts.length === 0) return false;
      for (const amount of contribution.amounts) {
        if (endsNow) insertExtreme(cells, at, amount * sign);
        else insertAt(cells, placeFor(cells, LAYOUT, at), at, amount * sign);
      }
      return true;
    },
    join: (cells, from, now) => {
      mergeIn(cells, LAYOUT, laterThan(from, 2, now, leavesAt));
      if (endsNow) keepExtremes(cells);
    },
    holds: (cells, now) => {
      const left = firstLater(cells, LAYOUT, now, leavesAt);
      if (left > 0) cells.remove(0, left * 2);
      const extreme = extremeOf(cells, now);
      return extreme !== undefined && test(extreme, 1);
    },
    nextAt: (cells, now) => {
      const count = entryCount(cells, LAYOUT);
      if (count === 0) return NEVER;
      const leaves = leavesAt(instantOf(cells, LAYOUT, 0));
      const waiting = endsNow ? count : firstLater(cells, LAYOUT, now, entersAt);
      if (waiting === count) return leaves;
      return Math.min(leaves, entersAt(instantOf(cells, LAYOUT, waiting)));
    },
    kept: (cells, now) => ({ of: 'extreme', extreme: extremeOf(cells, now) }),
  };
}

function valueOf(cells: Cells, entry: number): number {
  return cells.get(entry * 2 + 1);
}

/** Drops those that a later one reaches or exceeds. */
function keepExtremes(cells: Cells): void {
  let highest = Number.NEGATIVE_INFINITY;
  keepOnly(cells, LAYOUT, (entry) => {
    const value = valueOf(cells, entry);
    if (value <= highest) return false;
    highest = value;
    return true;
  });
}

function insertAt(cells: Cells, place: number, at: number, value: number): void {
  cells.insert(place * 2, 2);
  cells.set(place * 2, at);
  cells.set(place * 2 + 1, value);
}

/** Keeps values strictly descending: a later one that is not smaller outlives an earlier one. */
function insertExtreme(cells: Cells, at: number, value: number): void {
  const place = placeFor(cells, LAYOUT, at);
  if (place < entryCount(cells, LAYOUT) && valueOf(cells, place) >= value) return;
  let from = place;
  while (from > 0 && valueOf(cells, from - 1) <= value) from--;
  if (from < place) cells.remove(from * 2, (place - from) * 2);
  insertAt(cells, from, at, value);
}
