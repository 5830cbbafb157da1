import { Column } from '../store/column.ts';
import type { Records } from '../store/records.ts';

/*
 * Finds the row of a condition and a customer: places with chains of rows.
 *
 * 1. It is derived: a restore builds it anew from the rows.
 * 2. It grows by one place at a time (linear hashing): growing at once would stop the engine for as
 *    long as it takes to look at every row.
 */

/** The words of a record that it reads. */
export const CONDITION = 0;
export const ORDINAL = 1;

/** How many rows share a place on average. */
const CROWD = 1.75;
/** A power of two. */
const PLACES_MIN = 64;

export class RowIndex {
  readonly #records: Records;
  /** Per place: the first row + 1, or 0. */
  #heads = new Column(Uint32Array);
  /** The first power of two that is not less than the places in use. */
  #span = PLACES_MIN;
  /** Per row: the next one of its place + 1, or 0. */
  readonly #next = new Column(Uint32Array);
  /** How many places are in use. */
  #places = PLACES_MIN;
  #count = 0;

  constructor(records: Records) {
    this.#records = records;
  }

  find(condition: number, ordinal: number): number | undefined {
    const records = this.#records;
    let next = this.#heads.get(this.#placeOf(condition, ordinal));
    while (next !== 0) {
      const row = next - 1;
      if (records.get(row, ORDINAL) === ordinal && records.get(row, CONDITION) === condition) {
        return row;
      }
      next = this.#next.get(row);
    }
    return undefined;
  }

  /** The row must not be in it, and have its condition and its customer. */
  add(row: number): void {
    this.#link(row);
    if (++this.#count > this.#places * CROWD) this.#split();
  }

  /** The row must be in it. */
  remove(row: number): void {
    this.#count--;
    const place = this.#placeOfRow(row);
    const next = this.#next.get(row);
    let before = this.#heads.get(place) - 1;
    if (before === row) {
      this.#heads.set(place, next);
      return;
    }
    for (;;) {
      const other = this.#next.get(before) - 1;
      if (other === row) break;
      before = other;
    }
    this.#next.set(before, next);
  }

  /** Makes it anew of so many rows. */
  build(rows: Iterable<number>, count: number): void {
    this.#count = count;
    this.#places = Math.max(PLACES_MIN, Math.ceil(count / CROWD));
    this.#span = PLACES_MIN;
    while (this.#span < this.#places) this.#span *= 2;
    this.#heads = new Column(Uint32Array);
    for (const row of rows) this.#link(row);
  }

  bytesUsed(): number {
    return this.#heads.bytesUsed() + this.#next.bytesUsed();
  }

  /** A place that is not in use yet is still part of the one half the length before it. */
  #placeOf(condition: number, ordinal: number): number {
    const place = (spread(ordinal) + condition) & (this.#span - 1);
    return place < this.#places ? place : place - this.#span / 2;
  }

  #placeOfRow(row: number): number {
    return this.#placeOf(this.#records.get(row, CONDITION), this.#records.get(row, ORDINAL));
  }

  #link(row: number): void {
    const place = this.#placeOfRow(row);
    this.#next.set(row, this.#heads.get(place));
    this.#heads.set(place, row + 1);
  }

  /** Takes one more place into use: it gets some rows of the one that they were part of. */
  #split(): void {
    if (this.#places === this.#span) this.#span *= 2;
    const from = this.#places++ - this.#span / 2;
    let next = this.#heads.get(from);
    this.#heads.set(from, 0);
    while (next !== 0) {
      const row = next - 1;
      next = this.#next.get(row);
      this.#link(row);
    }
  }
}

/**
 * Where the rows of a customer begin (the finaliser of MurmurHash3). Those of one customer lie
 * beside one another, so that they never share a place and often share a line.
 */
function spread(ordinal: number): number {
  let h = Math.imul(ordinal, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
