import { NEVER, type EpochMs } from '../../base/time.ts';
import type { CountShape } from '../../compile/condition.ts';
import type { Behaviour, Kept, Taken } from './behaviour.ts';
import type { Cells } from './cells.ts';
import { firstLater, mergeIn, placeFor, spanOf, type Layout } from './sorted.ts';

/*
 * Counts of the same events in windows that end now: one list of instants, ascending, for all.
 *
 * 1. A count has reached k iff the k-th latest instant has not left its window.
 * 2. An instant is kept only as long as one of the counts needs it: it is in the window, and among
 *    as many of the latest as decide.
 */

const LAYOUT: Layout = { from: 0, width: 1 };

/** Of each count, four numbers: its window, ms; */
const WIDTH = 4;
const WINDOW = 0;
/** how many events may change the answer, and how many do for the last time, which can be equal; */
const TURN = 1;
const LAST_TURN = 2;
/** bit i: the answer when i of the two are reached. */
const ANSWERS = 3;

export class Counts implements Behaviour {
  /** In one array: thousands of conditions, each an object or two, would not fit in a cache. */
  readonly #counts: Float64Array;
  readonly #widestMs: number;
  readonly #keep: number;

  /** @param shapes the widest window first */
  constructor(shapes: readonly CountShape[]) {
    this.#counts = Float64Array.from(shapes.flatMap(numbersOf));
    this.#widestMs = Math.max(...shapes.map(({ windowMs }) => windowMs));
    this.#keep = Math.max(...shapes.map(({ turns }) => turns.at(-1) ?? 1));
  }

  take(cells: Cells, { at, now, contribution }: Taken): boolean {
    if (at + this.#widestMs <= now) return false;
    const count = Math.min(contribution.count, this.#keep);
    const place = this.#makeRoom(cells, at, now, count);
    cells.insert(place, count);
    for (let i = 0; i < count; i++) cells.set(place + i, at);
    return true;
  }

  /** @returns where entries at `at` belong */
  #makeRoom(cells: Cells, at: EpochMs, now: EpochMs, count: number): number {
    const place = placeFor(cells, LAYOUT, at);
    if (place < cells.length) return place;
    this.#prune(cells, now, count);
    return cells.length;
  }

  join(cells: Cells, from: readonly number[], now: EpochMs): void {
    mergeIn(cells, LAYOUT, from);
    this.#prune(cells, now, 0);
  }

  truths(cells: Cells, now: EpochMs): number {
    this.#prune(cells, now, 0);
    const counts = this.#counts;
    let truths = 0;
    for (let of = 0, bit = 1; of < counts.length; of += WIDTH, bit <<= 1) {
      const reached = this.#reached(cells, now, of);
      if ((((counts[of + ANSWERS] ?? 0) >> reached) & 1) === 1) truths |= bit;
    }
    return truths;
  }

  nextAt(cells: Cells, now: EpochMs): EpochMs {
    let next = NEVER;
    for (let of = 0; of < this.#counts.length; of += WIDTH) {
      const last = this.#leavesAt(cells, of, LAST_TURN);
      const leavesAt = last > now ? last : this.#leavesAt(cells, of, TURN);
      if (leavesAt > now && leavesAt < next) next = leavesAt;
    }
    return next;
  }

  kept(cells: Cells, now: EpochMs, i: number): Kept {
    const windowMs = this.#counts[i * WIDTH + WINDOW] ?? 0;
    const decides = this.#counts[i * WIDTH + LAST_TURN] ?? 0;
    const inside = cells.length - firstLater(cells, LAYOUT, now, (at) => at + windowMs);
    const count = Math.min(inside, decides);
    const span = spanOf(cells, LAYOUT, cells.length - count, cells.length);
    return { of: 'count', count, isAtLeast: count === decides, ...span };
  }

  deadFrom(cells: Cells): EpochMs {
    return cells.get(cells.length - 1) + this.#widestMs;
  }

  #reached(cells: Cells, now: EpochMs, of: number): number {
    if (this.#leavesAt(cells, of, LAST_TURN) > now) return 2;
    return this.#leavesAt(cells, of, TURN) > now ? 1 : 0;
  }

  /** When a count is no longer as high as one of its turns; long ago when it never was. */
  #leavesAt(cells: Cells, of: number, turn: number): EpochMs {
    const index = cells.length - (this.#counts[of + turn] ?? 0);
    return index < 0 ? -NEVER : cells.get(index) + (this.#counts[of + WINDOW] ?? 0);
  }

  /** Drops what is not needed once so many more will have come. */
  #prune(cells: Cells, now: EpochMs, more: number): void {
    const { length } = cells;
    let from = 0;
    while (from < length && !this.#isNeeded(cells.get(from), length - from + more, now)) from++;
    if (from > 0) cells.remove(0, from);
  }

  #isNeeded(at: EpochMs, rank: number, now: EpochMs): boolean {
    const counts = this.#counts;
    for (let of = 0; of < counts.length; of += WIDTH) {
      if (at + (counts[of + WINDOW] ?? 0) <= now) return false;
      if (rank <= (counts[of + LAST_TURN] ?? 0)) return true;
    }
    return false;
  }
}

function numbersOf({ windowMs, turns, test }: CountShape): number[] {
  const [turn = 1, lastTurn = turn] = turns;
  const answers = [0, turn, lastTurn].map((count, i) => (test(count) ? 1 << i : 0));
  return [windowMs, turn, lastTurn, answers.reduce((bits, bit) => bits | bit, 0)];
}
