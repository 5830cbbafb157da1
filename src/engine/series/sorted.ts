import type { EpochMs } from '../../base/time.ts';
import type { Span } from './behaviour.ts';
import type { Cells } from './cells.ts';

/**
 * How entries lie in the cells: from where on, and how many cells apart; the first is the instant.
 */
export interface Layout {
  readonly from: number;
  readonly width: number;
}

export function entryCount(cells: Cells, { from, width }: Layout): number {
  return Math.max(0, (cells.length - from) / width);
}

export function instantOf(cells: Cells, { from, width }: Layout, entry: number): EpochMs {
  return cells.get(from + entry * width);
}

/**
 * The first entry whose instant, mapped, is later than `now`. Entries ascend in time and `mapped`
 * keeps their order.
 */
export function firstLater(
  cells: Cells,
  layout: Layout,
  now: EpochMs,
  mapped: (at: EpochMs) => EpochMs,
): number {
  let low = 0;
  let high = entryCount(cells, layout);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (mapped(instantOf(cells, layout, middle)) > now) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Where an entry at `at` belongs: behind all that are not later. */
export function placeFor(cells: Cells, layout: Layout, at: EpochMs): number {
  const count = entryCount(cells, layout);
  if (count === 0 || instantOf(cells, layout, count - 1) <= at) return count;
  return firstLater(cells, layout, at, (instant) => instant);
}

/** The instants of the first and the last of the entries from `from` up to, without, `to`. */
export function spanOf(cells: Cells, layout: Layout, from: number, to: number): Span {
  if (from >= to) return {};
  return { firstAt: instantOf(cells, layout, from), latestAt: instantOf(cells, layout, to - 1) };
}
