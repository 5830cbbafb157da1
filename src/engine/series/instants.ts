import { assert } from '../../base/assert.ts';
import { NEVER } from '../../base/time.ts';
import type { NumberTest } from '../../compile/comparison.ts';
import type { SlidingWindow } from '../../compile/window.ts';
import type { Single } from './behaviour.ts';
import {
  entryCount,
  firstLater,
  instantOf,
  laterThan,
  mergeIn,
  placeFor,
  spanOf,
  type Layout,
} from './sorted.ts';

const LAYOUT: Layout = { from: 0, width: 1 };

/**
 * A count in a window that time moves: the instants, ascending. Where the window ends now, as many
 * of the latest as decide, else all that can still count.
 *
 * @param turns the counts, ascending, at which `test` may change its answer
 */
export function instants(
  window: SlidingWindow,
  turns: readonly number[],
  test: NumberTest,
): Single {
  const { entersAt, leavesAt, endsNow } = window;
  const keep = turns.at(-1);
  assert(keep !== undefined, 'every comparison of counts turns somewhere');
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
    join: (cells, from, now) => {
      mergeIn(cells, LAYOUT, laterThan(from, 1, now, leavesAt));
      if (endsNow && cells.length > keep) cells.remove(0, cells.length - keep);
    },
    holds: (cells, now) => {
      const left = firstLater(cells, LAYOUT, now, leavesAt);
      if (left > 0) cells.remove(0, left);
      return test(endsNow ? cells.length : firstLater(cells, LAYOUT, now, entersAt));
    },
    nextAt: (cells, now) => {
      const count = entryCount(cells, LAYOUT);
      if (count === 0) return NEVER;
      if (endsNow) {
        const turn = lastUpTo(turns, count);
        return turn === 0 ? NEVER : leavesAt(instantOf(cells, LAYOUT, count - turn));
      }
      const leaves = leavesAt(instantOf(cells, LAYOUT, 0));
      const waiting = firstLater(cells, LAYOUT, now, entersAt);
      if (waiting === count) return leaves;
      return Math.min(leaves, entersAt(instantOf(cells, LAYOUT, waiting)));
    },
    kept: (cells, now) => {
      const count = endsNow ? cells.length : firstLater(cells, LAYOUT, now, entersAt);
      const isAtLeast = endsNow && count === keep;
      return { of: 'count', count, isAtLeast, ...spanOf(cells, LAYOUT, 0, count) };
    },
    deadFrom: (cells) => leavesAt(instantOf(cells, LAYOUT, entryCount(cells, LAYOUT) - 1)),
  };
}

/** The last of some ascending numbers that is at most `limit`; 0 without one. */
function lastUpTo(numbers: readonly number[], limit: number): number {
  let last = 0;
  for (const number of numbers) if (number <= limit) last = number;
  return last;
}
