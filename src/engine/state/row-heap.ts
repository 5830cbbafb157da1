import { NEVER, type EpochMs } from '../../base/time.ts';
import type { SeriesTable } from '../series/series-table.ts';
import { ByteReader, ByteWriter, type Sections } from '../store/bytes.ts';
import { Column } from '../store/column.ts';

/*
 * A heap of rows by instant, then customer, then condition, that knows the place of each row, so
 * that any can be taken out.
 *
 * 1. The instants lie beside the rows in the heap: most comparisons read no row.
 * 2. A row's place is kept in the table: place + 1, and a bit that tells two heaps apart. A row is
 *    in one heap at most.
 */

const BRANCHES = 4;
const BIT = 0x8000_0000;

export class RowHeap {
  readonly #table: SeriesTable;
  readonly #bit: number;
  #ats = new Column(Float64Array);
  #rows = new Column(Uint32Array);
  #size = 0;

  /** @param hasBit what tells this heap from the other one over the same rows */
  constructor(table: SeriesTable, hasBit: boolean) {
    this.#table = table;
    this.#bit = hasBit ? BIT : 0;
  }

  /** The first row; there must be one. */
  get first(): number {
    return this.#rows.get(0);
  }

  /** When the first row is due; NEVER without one. */
  get firstAt(): EpochMs {
    return this.#size === 0 ? NEVER : this.#ats.get(0);
  }

  *rows(): Iterable<number> {
    for (let place = 0; place < this.#size; place++) yield this.#rows.get(place);
  }

  has(row: number): boolean {
    const timer = this.#table.timer(row);
    return timer !== 0 && (timer & BIT) >>> 0 === this.#bit;
  }

  /** The row must be in this heap. */
  atOf(row: number): EpochMs {
    return this.#ats.get(this.#placeOf(row));
  }

  /** The row must be in no heap. */
  add(row: number, at: EpochMs): void {
    this.#up(this.#size++, row, at);
  }

  /** The row must be in this heap. */
  remove(row: number): void {
    const place = this.#placeOf(row);
    this.#table.setTimer(row, 0);
    const lastPlace = --this.#size;
    if (place === lastPlace) return;
    const last = this.#rows.get(lastPlace);
    const at = this.#ats.get(lastPlace);
    if (place > 0 && this.#isBefore(last, at, (place - 1) >>> 2)) this.#up(place, last, at);
    else this.#down(place, last, at);
  }

  #placeOf(row: number): number {
    return (this.#table.timer(row) & ~BIT) - 1;
  }

  #isBefore(row: number, at: EpochMs, place: number): boolean {
    const otherAt = this.#ats.get(place);
    if (at !== otherAt) return at < otherAt;
    const table = this.#table;
    const other = this.#rows.get(place);
    const byCustomer = table.ordinal(row) - table.ordinal(other);
    if (byCustomer !== 0) return byCustomer < 0;
    return table.condition(row) < table.condition(other);
  }

  #up(from: number, row: number, at: EpochMs): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >>> 2;
      if (!this.#isBefore(row, at, parent)) break;
      this.#put(place, this.#rows.get(parent), this.#ats.get(parent));
      place = parent;
    }
    this.#put(place, row, at);
  }

  #down(from: number, row: number, at: EpochMs): void {
    let place = from;
    for (;;) {
      const child = this.#firstChild(place);
      if (child >= this.#size || this.#isBefore(row, at, child)) break;
      this.#put(place, this.#rows.get(child), this.#ats.get(child));
      place = child;
    }
    this.#put(place, row, at);
  }

  /** The place of the first of a row's children; at least the size when it has none. */
  #firstChild(place: number): number {
    let first = place * BRANCHES + 1;
    const end = Math.min(first + BRANCHES, this.#size);
    for (let child = first + 1; child < end; child++) {
      if (this.#isBefore(this.#rows.get(child), this.#ats.get(child), first)) first = child;
    }
    return first;
  }

  #put(place: number, row: number, at: EpochMs): void {
    this.#rows.set(place, row);
    this.#ats.set(place, at);
    this.#table.setTimer(row, (place + 1) | this.#bit);
  }

  bytesUsed(): number {
    return this.#ats.bytesUsed() + this.#rows.bytesUsed();
  }

  toSections(name: string): Sections {
    const size = new ByteWriter();
    size.u32(this.#size);
    return new Map<string, Iterable<Uint8Array>>([
      [`${name}.size`, [size.finish()]],
      [`${name}.rows`, this.#rows.toBytes()],
      [`${name}.ats`, this.#ats.toBytes()],
    ]);
  }

  /** The table must be the one that was stored with it: it has the places of the rows. */
  restore(name: string, section: (name: string) => Uint8Array): void {
    this.#size = new ByteReader(section(`${name}.size`)).u32();
    this.#rows = Column.fromBytes(Uint32Array, section(`${name}.rows`));
    this.#ats = Column.fromBytes(Float64Array, section(`${name}.ats`));
  }
}
