import { NEVER } from '../../base/time.ts';
import type { NumberTest } from '../../compile/comparison.ts';
import type { SlidingWindow } from '../../compile/window.ts';
import type { Behaviour } from './behaviour.ts';
import { entryCount, firstLater, instantOf, placeFor, type Layout } from './sorted.ts';

const LAYOUT: Layout = { from: 0, width: 1 };

/**
 * A count in a window that time moves: the instants, ascending. Where the window ends now the
 * `keep` latest decide, else all that can still count.
 */
export function instants(window: SlidingWindow, keep: number, test: NumberTest): Behaviour {
  const { entersAt, leavesAt, endsNow } = window;
  return {
    take: (cells, { at, now, contribution }) => {
      if (leavesAt(at) <= now) return false;
      const left = firstLater(cells, LAYOUT, now, leavesAt);
      if (left > 0) cells.remove(0, left);
      const count = endsNow ? Math.min(contribution.count, keep) : contribution.count;
      const place = placeFor(cells, LAYOUT, at);
      cells.insert(place, count);
      for (let i = 0; i < count; i++) cells.set(place + i, at);
      if (endsNow && cells.length > keep) cells.remove(0, cells.length - keep);
      return true;
    },
    holds: (cells, now) => {
      const left = firstLater(cells, LAYOUT, now, leavesAt);
      if (left > 0) cells.remove(0, left);
      return test(endsNow ? cells.length : firstLater(cells, LAYOUT, now, entersAt));
    },
    nextAt: (cells, now) => {
      const count = entryCount(cells, LAYOUT);
      if (count === 0) return NEVER;
      const leaves = leavesAt(instantOf(cells, LAYOUT, 0));
      if (endsNow) return leaves;
      const waiting = firstLater(cells, LAYOUT, now, entersAt);
      if (waiting === count) return leaves;
      return Math.min(leaves, entersAt(instantOf(cells, LAYOUT, waiting)));
    },
  };
}
