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

/**
 * Puts entries, ascending too, among those in the cells; of one instant they stand before them.
 *
 * @param entries as many cells for each as an entry has
 */
export function mergeIn(cells: Cells, { from, width }: Layout, entries: ArrayLike<number>): void {
  let own = cells.length - width;
  let other = entries.length - width;
  cells.insert(cells.length, entries.length);
  for (let to = cells.length - width; other >= 0; to -= width) {
    const isOwn = own >= from && cells.get(own) >= (entries[other] ?? 0);
    for (let cell = 0; cell < width; cell++) {
      cells.set(to + cell, isOwn ? cells.get(own + cell) : (entries[other + cell] ?? 0));
    }
    if (isOwn) own -= width;
    else other -= width;
  }
}

/** Drops entries. @param isKept is asked from the last one to the first */
export function keepOnly(
  cells: Cells,
  { from, width }: Layout,
  isKept: (entry: number) => boolean,
): void {
  let to = cells.length;
  for (let entry = (cells.length - from) / width - 1; entry >= 0; entry--) {
    if (!isKept(entry)) continue;
    to -= width;
    for (let cell = 0; cell < width; cell++) {
      cells.set(to + cell, cells.get(from + entry * width + cell));
    }
  }
  cells.remove(from, to - from);
}

/** Those of some ascending entries whose instant, mapped, is later than `now`. */
export function laterThan(
  entries: readonly number[],
  width: number,
  now: EpochMs,
  mapped: (at: EpochMs) => EpochMs,
): readonly number[] {
  let first = 0;
  while (first < entries.length && mapped(entries[first] ?? 0) <= now) first += width;
  return first === 0 ? entries : entries.slice(first);
}
