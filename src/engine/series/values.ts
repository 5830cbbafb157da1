import { NEVER, type EpochMs } from '../../base/time.ts';
import type { NumberTest } from '../../compile/comparison.ts';
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
  spanOf,
  type Layout,
} from './sorted.ts';

const LAYOUT: Layout = { from: 0, width: 2 };

/**
 * How many different values a window that time moves holds: entries of instant and the value's
 * number, ascending in time. Where the window ends now, only the latest instant of each value
 * counts, and of the values the `keep` latest decide.
 */
export function values(window: SlidingWindow, keep: number, test: NumberTest): Single {
  const { entersAt, leavesAt, endsNow } = window;

  /** After what has left is dropped. */
  function insideOf(cells: Cells, now: EpochMs): number {
    return endsNow ? entryCount(cells, LAYOUT) : firstLater(cells, LAYOUT, now, entersAt);
  }

  function differentOf(cells: Cells, inside: number): number {
    if (endsNow) return inside;
    const different = new Set<number>();
    for (let i = 0; i < inside; i++) different.add(cells.get(i * 2 + 1));
    return different.size;
  }

  return {
    take: (cells, { at, now, contribution, numberOf }) => {
      if (leavesAt(at) <= now || contribution.values.length === 0) return false;
      for (const text of contribution.values) {
        const value = numberOf(text);
        if (!endsNow || forget(cells, value, at)) insert(cells, at, value);
        const excess = entryCount(cells, LAYOUT) - keep;
        if (endsNow && excess > 0) cells.remove(0, excess * 2);
      }
      return true;
    },
    join: (cells, from, now) => {
      mergeIn(cells, LAYOUT, laterThan(from, 2, now, leavesAt));
      if (endsNow) keepLatest(cells, keep);
    },
    valuesIn: { from: 1, width: 2 },
    holds: (cells, now) => {
      const left = firstLater(cells, LAYOUT, now, leavesAt);
      if (left > 0) cells.remove(0, left * 2);
      return test(differentOf(cells, insideOf(cells, now)));
    },
    nextAt: (cells, now) => {
      const count = entryCount(cells, LAYOUT);
      if (count === 0) return NEVER;
      const leaves = leavesAt(instantOf(cells, LAYOUT, 0));
      const waiting = endsNow ? count : firstLater(cells, LAYOUT, now, entersAt);
      if (waiting === count) return leaves;
      return Math.min(leaves, entersAt(instantOf(cells, LAYOUT, waiting)));
    },
    kept: (cells, now) => {
      const inside = insideOf(cells, now);
      const count = differentOf(cells, inside);
      const isAtLeast = endsNow && count === keep;
      return { of: 'distinct', count, isAtLeast, ...spanOf(cells, LAYOUT, 0, inside) };
    },
  };
}

/** Takes out an earlier entry of a value. @returns false when it has one that is as late */
function forget(cells: Cells, value: number, at: number): boolean {
  const count = entryCount(cells, LAYOUT);
  for (let i = 0; i < count; i++) {
    if (cells.get(i * 2 + 1) !== value) continue;
    if (instantOf(cells, LAYOUT, i) >= at) return false;
    cells.remove(i * 2, 2);
    return true;
  }
  return true;
}

/** Keeps the latest entry of each value, and of these so many of the latest. */
function keepLatest(cells: Cells, keep: number): void {
  const seen = new Set<number>();
  keepOnly(cells, LAYOUT, (entry) => {
    const value = cells.get(entry * 2 + 1);
    if (seen.size === keep || seen.has(value)) return false;
    seen.add(value);
    return true;
  });
}

function insert(cells: Cells, at: number, value: number): void {
  const place = placeFor(cells, LAYOUT, at);
  cells.insert(place * 2, 2);
  cells.set(place * 2, at);
  cells.set(place * 2 + 1, value);
}
