import { NEVER, type EpochMs } from '../../base/time.ts';
import type { SeriesTable } from '../series/series-table.ts';
import { Column } from '../store/column.ts';

/*
 * A heap of rows by instant. When each row is due stands in the table: taking a timer back writes
 * there alone, and its entry stays behind.
 *
 * 1. An entry counts iff its row is due at its instant. Those that do not are dropped when they
 *    come to the front, and all of them when they are more than those that count.
 * 2. The first entry counts.
 * 3. Entries of one instant have no order among them, and two may be of one row.
 */

const BRANCHES = 4;
/** So few that do not count are never looked for. */
const STALE_MIN = 1_000;

export class RowHeap {
  readonly #table: SeriesTable;
  readonly #ats = new Column(Float64Array);
  readonly #rows = new Column(Uint32Array);
  #size = 0;
  /** How many entries do not count. */
  #stale = 0;

  constructor(table: SeriesTable) {
    this.#table = table;
  }

  /** The first row; there must be one. */
  get first(): number {
    return this.#rows.get(0);
  }

  /** When the first row is due; NEVER without one. */
  get firstAt(): EpochMs {
    return this.#size === 0 ? NEVER : this.#ats.get(0);
  }

  /** The row is due at that instant. */
  add(row: number, at: EpochMs): void {
    let place = this.#size++;
    while (place > 0) {
      const parent = (place - 1) >>> 2;
      if (at >= this.#ats.get(parent)) break;
      this.#copy(parent, place);
      place = parent;
    }
    this.#put(place, row, at);
  }

  /** Takes out the first entry. @returns its row, which stays due */
  take(): number {
    const { first } = this;
    this.#dropFirst();
    this.#dropStale();
    return first;
  }

  /** A row that had an entry is no longer due at its instant. */
  forget(): void {
    this.#stale++;
    this.#dropStale();
    if (this.#stale > STALE_MIN && this.#stale * 2 > this.#size) this.#rebuild();
  }

  #dropStale(): void {
    while (this.#size > 0 && !this.#counts(0)) {
      this.#stale--;
      this.#dropFirst();
    }
  }

  #counts(place: number): boolean {
    return this.#table.dueAt(this.#rows.get(place)) === this.#ats.get(place);
  }

  #dropFirst(): void {
    const last = --this.#size;
    if (last > 0) this.#down(this.#rows.get(last), this.#ats.get(last), 0);
  }

  #rebuild(): void {
    let size = 0;
    for (let place = 0; place < this.#size; place++) {
      if (this.#counts(place)) this.#copy(place, size++);
    }
    this.#size = size;
    this.#stale = 0;
    for (let place = (size - 2) >> 2; place >= 0; place--) {
      this.#down(this.#rows.get(place), this.#ats.get(place), place);
    }
  }

  #down(row: number, at: EpochMs, from: number): void {
    let place = from;
    for (;;) {
      const child = this.#firstChild(place);
      if (child >= this.#size || at <= this.#ats.get(child)) break;
      this.#copy(child, place);
      place = child;
    }
    this.#put(place, row, at);
  }

  /** The place of the first of an entry's children; at least the size when it has none. */
  #firstChild(place: number): number {
    let first = place * BRANCHES + 1;
    const end = Math.min(first + BRANCHES, this.#size);
    let firstAt = this.#ats.get(first);
    for (let child = first + 1; child < end; child++) {
      const at = this.#ats.get(child);
      if (at >= firstAt) continue;
      first = child;
      firstAt = at;
    }
    return first;
  }

  #copy(from: number, to: number): void {
    this.#put(to, this.#rows.get(from), this.#ats.get(from));
  }

  #put(place: number, row: number, at: EpochMs): void {
    this.#rows.set(place, row);
    this.#ats.set(place, at);
  }

  bytesUsed(): number {
    return this.#ats.bytesUsed() + this.#rows.bytesUsed();
  }
}
