import { NEVER, type EpochMs } from '../../base/time.ts';
import type { SeriesTable } from '../series/series-table.ts';
import { Column } from '../store/column.ts';

/*
 * A heap of rows by instant, then customer. When each row is due stands in the table: taking a
 * timer back writes there alone, and its entry stays behind.
 *
 * 1. An entry counts iff its row is due at its instant, and still its customer's. Those that do not
 *    are dropped when they come to the front, and all of them when they outnumber the others.
 * 2. The first entry counts.
 * 3. Two entries may be of one row.
 */

const BRANCHES = 4;
/** So few that do not count are never looked for. */
const STALE_MIN = 1_000;

export class RowHeap {
  readonly #table: SeriesTable;
  readonly #ats = new Column(Float64Array);
  readonly #ordinals = new Column(Uint32Array);
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

  /** The customer of the first row; there must be one. */
  get firstOrdinal(): number {
    return this.#ordinals.get(0);
  }

  /** When the first row is due; NEVER without one. */
  get firstAt(): EpochMs {
    return this.#size === 0 ? NEVER : this.#ats.get(0);
  }

  /** The row is due at that instant. */
  add(row: number, at: EpochMs): void {
    const ordinal = this.#table.ordinal(row);
    let place = this.#size++;
    while (place > 0) {
      const parent = (place - 1) >>> 2;
      if (!this.#isBefore(at, ordinal, parent)) break;
      this.#copy(parent, place);
      place = parent;
    }
    this.#put(place, at, ordinal, row);
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
    const row = this.#rows.get(place);
    const isDue = this.#table.dueAt(row) === this.#ats.get(place);
    return isDue && this.#table.ordinal(row) === this.#ordinals.get(place);
  }

  #dropFirst(): void {
    const last = --this.#size;
    if (last > 0) this.#down(last, 0);
  }

  #isBefore(at: EpochMs, ordinal: number, place: number): boolean {
    const otherAt = this.#ats.get(place);
    return at < otherAt || (at === otherAt && ordinal < this.#ordinals.get(place));
  }

  #rebuild(): void {
    let size = 0;
    for (let place = 0; place < this.#size; place++) {
      if (this.#counts(place)) this.#copy(place, size++);
    }
    this.#size = size;
    this.#stale = 0;
    for (let place = (size - 2) >> 2; place >= 0; place--) {
      this.#down(place, place);
    }
  }

  /** Moves an entry to a place, and down from there. */
  #down(entry: number, to: number): void {
    const at = this.#ats.get(entry);
    const ordinal = this.#ordinals.get(entry);
    const row = this.#rows.get(entry);
    let place = to;
    for (;;) {
      const child = this.#firstChild(place);
      if (child >= this.#size || this.#isBefore(at, ordinal, child)) break;
      this.#copy(child, place);
      place = child;
    }
    this.#put(place, at, ordinal, row);
  }

  /** The place of the first of an entry's children; at least the size when it has none. */
  #firstChild(place: number): number {
    let first = place * BRANCHES + 1;
    const end = Math.min(first + BRANCHES, this.#size);
    for (let child = first + 1; child < end; child++) {
      if (this.#isBefore(this.#ats.get(child), this.#ordinals.get(child), first)) first = child;
    }
    return first;
  }

  #copy(from: number, to: number): void {
    this.#put(to, this.#ats.get(from), this.#ordinals.get(from), this.#rows.get(from));
  }

  #put(place: number, at: EpochMs, ordinal: number, row: number): void {
    this.#ats.set(place, at);
    this.#ordinals.set(place, ordinal);
    this.#rows.set(place, row);
  }

  bytesUsed(): number {
    return this.#ats.bytesUsed() + this.#ordinals.bytesUsed() + this.#rows.bytesUsed();
  }
}
