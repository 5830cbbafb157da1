import { NEVER, type EpochMs } from '../../base/time.ts';
import type { SeriesTable } from '../series/series-table.ts';
import { RowHeap } from './row-heap.ts';

/*
 * The timers of all series, one a row at most.
 *
 * 1. A timer may be earlier than the instant at which its conditions flip, never later: whoever it
 *    wakes looks again. So an event that only moves a flip further away leaves the timer as it is.
 * 2. Timers up to stream time are ripe: they wait for `grace` to pass, or for an event of their
 *    customer, and can be asked for by customer.
 * 3. It is derived: a restore builds it anew from the instants that the rows keep.
 */

const NO_ROWS: readonly number[] = [];

export class Timers {
  readonly #rows: SeriesTable;
  readonly #future: RowHeap;
  readonly #ripe: RowHeap;
  readonly #ripeOf = new Map<number, number[]>();
  #streamTime: EpochMs;

  constructor(rows: SeriesTable, streamTime: EpochMs) {
    this.#rows = rows;
    this.#streamTime = streamTime;
    this.#future = new RowHeap(rows);
    this.#ripe = new RowHeap(rows);
    for (const row of rows.rows()) this.#enter(row, rows.dueAt(row));
  }

  /** Sets or moves the timer of a row. */
  arm(row: number, at: EpochMs): void {
    this.disarm(row);
    this.#rows.setDueAt(row, at);
    this.#enter(row, at);
  }

  /** Moves the timer of a row forward in time only where it would ring too late. */
  armBy(row: number, at: EpochMs): void {
    if (at < this.#rows.dueAt(row)) this.arm(row, at);
  }

  disarm(row: number): void {
    const at = this.#rows.dueAt(row);
    if (at === NEVER) return;
    this.#rows.setDueAt(row, NEVER);
    if (at > this.#streamTime) this.#future.forget();
    else this.#leaveRipe(row);
  }

  /** When the timer of a row rings; NEVER without one. */
  dueAt(row: number): EpochMs {
    return this.#rows.dueAt(row);
  }

  /** Stream time moves forward: what it passes becomes ripe. */
  moveTo(streamTime: EpochMs): void {
    this.#streamTime = streamTime;
    for (let at = this.#future.firstAt; at <= streamTime; at = this.#future.firstAt) {
      const row = this.#future.take();
      if (!this.#isRipe(row)) this.#enterRipe(row, at);
    }
  }

  /** The first instant at which a timer is due; NEVER without one. */
  nextAt(): EpochMs {
    return Math.min(this.#ripe.firstAt, this.#future.firstAt);
  }

  /**
   * Disarms the timers of the first customer that are due at the first instant; there must be one.
   * @returns their rows, by condition
   */
  takeFirst(): readonly number[] {
    const at = this.nextAt();
    // What is ripe is due before all that is not.
    const heap = this.#ripe.firstAt === at ? this.#ripe : this.#future;
    const ordinal = heap.firstOrdinal;
    const taken: number[] = [];
    while (heap.firstAt === at && heap.firstOrdinal === ordinal) {
      taken.push(heap.first);
      this.disarm(heap.first);
    }
    return this.#inOrder(taken);
  }

  /** The first instant at which a ripe timer of one customer is due; NEVER without one. */
  nextRipeAt(ordinal: number): EpochMs {
    let first = NEVER;
    for (const row of this.#ripeOf.get(ordinal) ?? NO_ROWS) {
      first = Math.min(first, this.#rows.dueAt(row));
    }
    return first;
  }

  /**
   * Disarms the timers of one customer that are due at one instant up to stream time. @returns
   * their rows, by condition
   */
  takeDue(ordinal: number, at: EpochMs): readonly number[] {
    const ripe = this.#ripeOf.get(ordinal);
    if (ripe === undefined) return NO_ROWS;
    const due = ripe.filter((row) => this.#rows.dueAt(row) === at);
    for (const row of due) this.disarm(row);
    return this.#inOrder(due);
  }

  #inOrder(rows: number[]): readonly number[] {
    const table = this.#rows;
    return rows.length < 2 ? rows : rows.sort((a, b) => table.condition(a) - table.condition(b));
  }

  #enter(row: number, at: EpochMs): void {
    if (at <= this.#streamTime) this.#enterRipe(row, at);
    else if (at !== NEVER) this.#future.add(row, at);
  }

  #isRipe(row: number): boolean {
    return this.#ripeOf.get(this.#rows.ordinal(row))?.includes(row) === true;
  }

  #enterRipe(row: number, at: EpochMs): void {
    this.#ripe.add(row, at);
    const ordinal = this.#rows.ordinal(row);
    const rows = this.#ripeOf.get(ordinal);
    if (rows === undefined) this.#ripeOf.set(ordinal, [row]);
    else rows.push(row);
  }

  #leaveRipe(row: number): void {
    this.#ripe.forget();
    const ordinal = this.#rows.ordinal(row);
    const rows = this.#ripeOf.get(ordinal);
    if (rows === undefined) return;
    if (rows.length === 1) this.#ripeOf.delete(ordinal);
    else rows.splice(rows.indexOf(row), 1);
  }

  bytesUsed(): number {
    return this.#future.bytesUsed() + this.#ripe.bytesUsed();
  }
}
