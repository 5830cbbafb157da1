import { NEVER, type EpochMs } from '../../base/time.ts';
import type { SeriesTable } from '../series/series-table.ts';
import { Column } from '../store/column.ts';

/*
 * The timers of all series, one a row at most, ordered by instant, then customer, then condition.
 *
 * 1. A timer may be earlier than the instant at which its condition flips, never later: whoever it
 *    wakes looks again. So an event that only moves a flip further away leaves the timer as it is.
 * 2. Timers up to stream time are ripe: they wait for `grace` to pass, or for an event of their
 *    customer, and can be asked for by customer.
 */

export class Timers {
  readonly #rows: SeriesTable;
  /** Per row: its place in the heap that it is in. */
  readonly #places = new Column(Uint32Array);
  readonly #future: RowHeap;
  readonly #ripe: RowHeap;
  readonly #ripeOf = new Map<number, Set<number>>();
  #streamTime: EpochMs;

  constructor(rows: SeriesTable, streamTime: EpochMs) {
    this.#rows = rows;
    this.#streamTime = streamTime;
    const isBefore = (a: number, b: number): boolean => this.#isBefore(a, b);
    this.#future = new RowHeap(this.#places, isBefore);
    this.#ripe = new RowHeap(this.#places, isBefore);
    for (const row of rows.rows()) if (rows.dueAt(row) !== NEVER) this.#enter(row);
  }

  /** Sets or moves the timer of a row. */
  arm(row: number, at: EpochMs): void {
    this.disarm(row);
    if (at === NEVER) return;
    this.#rows.setDueAt(row, at);
    this.#enter(row);
  }

  /** Moves the timer of a row forward in time only where it would ring too late. */
  armBy(row: number, at: EpochMs): void {
    if (at < this.#rows.dueAt(row)) this.arm(row, at);
  }

  disarm(row: number): void {
    const dueAt = this.#rows.dueAt(row);
    if (dueAt === NEVER) return;
    if (dueAt <= this.#streamTime) this.#leaveRipe(row);
    else this.#future.remove(row);
    this.#rows.setDueAt(row, NEVER);
  }

  /** Stream time moves forward: what it passes becomes ripe. */
  moveTo(streamTime: EpochMs): void {
    this.#streamTime = streamTime;
    for (;;) {
      const row = this.#future.first;
      if (row === undefined || this.#rows.dueAt(row) > streamTime) return;
      this.#future.remove(row);
      this.#enterRipe(row);
    }
  }

  /** The first instant at which a timer is due; NEVER without one. */
  nextAt(): EpochMs {
    const row = this.first();
    return row === undefined ? NEVER : this.#rows.dueAt(row);
  }

  /** The row whose timer is first of all. */
  first(): number | undefined {
    const { first: ripe } = this.#ripe;
    const { first: future } = this.#future;
    if (ripe === undefined || future === undefined) return ripe ?? future;
    return this.#isBefore(ripe, future) ? ripe : future;
  }

  /** The first instant at which a ripe timer of one customer is due; NEVER without one. */
  nextRipeAt(ordinal: number): EpochMs {
    let first = NEVER;
    for (const row of this.#ripeOf.get(ordinal) ?? []) {
      first = Math.min(first, this.#rows.dueAt(row));
    }
    return first;
  }

  /**
   * Disarms the timers of one customer that are due at one instant. @returns their rows, by
   * condition
   */
  takeDue(ordinal: number, at: EpochMs): number[] {
    const rows: number[] = [];
    if (at <= this.#streamTime) {
      for (const row of this.#ripeOf.get(ordinal) ?? []) {
        if (this.#rows.dueAt(row) === at) rows.push(row);
      }
      for (const row of rows) this.disarm(row);
    } else {
      for (let row = this.#future.first; row !== undefined; row = this.#future.first) {
        if (this.#rows.dueAt(row) !== at || this.#rows.ordinal(row) !== ordinal) break;
        rows.push(row);
        this.disarm(row);
      }
    }
    return rows.toSorted((a, b) => this.#rows.condition(a) - this.#rows.condition(b));
  }

  #enter(row: number): void {
    if (this.#rows.dueAt(row) <= this.#streamTime) this.#enterRipe(row);
    else this.#future.add(row);
  }

  #enterRipe(row: number): void {
    this.#ripe.add(row);
    const ordinal = this.#rows.ordinal(row);
    const rows = this.#ripeOf.get(ordinal);
    if (rows === undefined) this.#ripeOf.set(ordinal, new Set([row]));
    else rows.add(row);
  }

  #leaveRipe(row: number): void {
    this.#ripe.remove(row);
    const ordinal = this.#rows.ordinal(row);
    const rows = this.#ripeOf.get(ordinal);
    rows?.delete(row);
    if (rows?.size === 0) this.#ripeOf.delete(ordinal);
  }

  #isBefore(a: number, b: number): boolean {
    const rows = this.#rows;
    const byInstant = rows.dueAt(a) - rows.dueAt(b);
    if (byInstant !== 0) return byInstant < 0;
    const byCustomer = rows.ordinal(a) - rows.ordinal(b);
    if (byCustomer !== 0) return byCustomer < 0;
    return rows.condition(a) < rows.condition(b);
  }

  bytesUsed(): number {
    return this.#places.bytesUsed() + this.#future.bytesUsed() + this.#ripe.bytesUsed();
  }
}

/** A binary heap of rows that knows the place of each, so that any can be taken out. */
class RowHeap {
  readonly #places: Column;
  readonly #isBefore: (a: number, b: number) => boolean;
  readonly #heap = new Column(Uint32Array);
  #size = 0;

  constructor(places: Column, isBefore: (a: number, b: number) => boolean) {
    this.#places = places;
    this.#isBefore = isBefore;
  }

  get first(): number | undefined {
    return this.#size === 0 ? undefined : this.#heap.get(0);
  }

  add(row: number): void {
    this.#up(this.#size++, row);
  }

  remove(row: number): void {
    const place = this.#places.get(row);
    const last = this.#heap.get(--this.#size);
    if (last === row) return;
    const parent = (place - 1) >> 1;
    const goesUp = place > 0 && this.#isBefore(last, this.#heap.get(parent));
    if (goesUp) this.#up(place, last);
    else this.#down(place, last);
  }

  bytesUsed(): number {
    return this.#heap.bytesUsed();
  }

  #up(from: number, row: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const other = this.#heap.get(parent);
      if (!this.#isBefore(row, other)) break;
      this.#put(place, other);
      place = parent;
    }
    this.#put(place, row);
  }

  #down(from: number, row: number): void {
    let place = from;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= this.#size) break;
      const right = child + 1;
      if (right < this.#size && this.#isBefore(this.#heap.get(right), this.#heap.get(child))) {
        child = right;
      }
      const other = this.#heap.get(child);
      if (!this.#isBefore(other, row)) break;
      this.#put(place, other);
      place = child;
    }
    this.#put(place, row);
  }

  #put(place: number, row: number): void {
    this.#heap.set(place, row);
    this.#places.set(row, place);
  }
}
