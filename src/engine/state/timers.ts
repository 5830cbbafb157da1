import { NEVER, type EpochMs } from '../../base/time.ts';
import type { SeriesTable } from '../series/series-table.ts';
import type { Sections } from '../store/bytes.ts';
import { RowHeap } from './row-heap.ts';

/*
 * The timers of all series, one a row at most, ordered by instant, then customer, then condition.
 *
 * 1. A timer may be earlier than the instant at which its condition flips, never later: whoever it
 *    wakes looks again. So an event that only moves a flip further away leaves the timer as it is.
 * 2. Timers up to stream time are ripe: they wait for `grace` to pass, or for an event of their
 *    customer, and can be asked for by customer.
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
    this.#future = new RowHeap(rows, false);
    this.#ripe = new RowHeap(rows, true);
  }

  /** Sets or moves the timer of a row. */
  arm(row: number, at: EpochMs): void {
    this.disarm(row);
    if (at === NEVER) return;
    if (at <= this.#streamTime) this.#enterRipe(row, at);
    else this.#future.add(row, at);
  }

  /** Moves the timer of a row forward in time only where it would ring too late. */
  armBy(row: number, at: EpochMs): void {
    if (at < this.dueAt(row)) this.arm(row, at);
  }

  disarm(row: number): void {
    if (this.#future.has(row)) this.#future.remove(row);
    else if (this.#ripe.has(row)) this.#leaveRipe(row);
  }

  dueAt(row: number): EpochMs {
    if (this.#future.has(row)) return this.#future.atOf(row);
    return this.#ripe.has(row) ? this.#ripe.atOf(row) : NEVER;
  }

  /** Stream time moves forward: what it passes becomes ripe. */
  moveTo(streamTime: EpochMs): void {
    this.#streamTime = streamTime;
    for (let at = this.#future.firstAt; at <= streamTime; at = this.#future.firstAt) {
      const row = this.#future.first;
      this.#future.remove(row);
      this.#enterRipe(row, at);
    }
  }

  /** The first instant at which a timer is due; NEVER without one. */
  nextAt(): EpochMs {
    return Math.min(this.#ripe.firstAt, this.#future.firstAt);
  }

  /** The row whose timer is first of all; there must be one. */
  first(): number {
    // What is ripe is due before all that is not.
    return this.#ripe.firstAt === NEVER ? this.#future.first : this.#ripe.first;
  }

  /** The first instant at which a ripe timer of one customer is due; NEVER without one. */
  nextRipeAt(ordinal: number): EpochMs {
    let first = NEVER;
    for (const row of this.#ripeOf.get(ordinal) ?? NO_ROWS) {
      first = Math.min(first, this.#ripe.atOf(row));
    }
    return first;
  }

  /**
   * Disarms the timers of one customer that are due at one instant. @returns their rows, by
   * condition
   */
  takeDue(ordinal: number, at: EpochMs): readonly number[] {
    return at <= this.#streamTime ? this.#takeRipe(ordinal, at) : this.#takeFuture(ordinal, at);
  }

  #takeRipe(ordinal: number, at: EpochMs): readonly number[] {
    const ripe = this.#ripeOf.get(ordinal);
    if (ripe === undefined) return NO_ROWS;
    const rows = ripe.filter((row) => this.#ripe.atOf(row) === at);
    for (const row of rows) this.#leaveRipe(row);
    return rows.sort((a, b) => this.#rows.condition(a) - this.#rows.condition(b));
  }

  /** The heap's own order is that by condition. */
  #takeFuture(ordinal: number, at: EpochMs): number[] {
    const rows: number[] = [];
    while (this.#future.firstAt === at) {
      const row = this.#future.first;
      if (this.#rows.ordinal(row) !== ordinal) break;
      rows.push(row);
      this.#future.remove(row);
    }
    return rows;
  }

  #enterRipe(row: number, at: EpochMs): void {
    this.#ripe.add(row, at);
    this.#list(row);
  }

  #list(row: number): void {
    const ordinal = this.#rows.ordinal(row);
    const rows = this.#ripeOf.get(ordinal);
    if (rows === undefined) this.#ripeOf.set(ordinal, [row]);
    else rows.push(row);
  }

  #leaveRipe(row: number): void {
    this.#ripe.remove(row);
    const ordinal = this.#rows.ordinal(row);
    const rows = this.#ripeOf.get(ordinal);
    if (rows === undefined) return;
    if (rows.length === 1) this.#ripeOf.delete(ordinal);
    else rows.splice(rows.indexOf(row), 1);
  }

  bytesUsed(): number {
    return this.#future.bytesUsed() + this.#ripe.bytesUsed();
  }

  toSections(): Sections {
    return new Map([
      ...this.#future.toSections('timers.future'),
      ...this.#ripe.toSections('timers.ripe'),
    ]);
  }

  static fromSections(
    rows: SeriesTable,
    streamTime: EpochMs,
    section: (name: string) => Uint8Array,
  ): Timers {
    const timers = new Timers(rows, streamTime);
    timers.#future.restore('timers.future', section);
    timers.#ripe.restore('timers.ripe', section);
    for (const row of timers.#ripe.rows()) timers.#list(row);
    return timers;
  }
}
