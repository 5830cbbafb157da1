import type { Records } from '../store/records.ts';

/*
 * Finds the row of a condition and a customer: places with chains that go through the records.
 *
 * 1. It is derived: a restore builds it anew from the rows.
 * 2. It grows by one place at a time (linear hashing): growing at once would stop the engine for as
 *    long as it takes to look at every row.
 */

/** The words of a record that it reads, and the one that it writes. */
export const CONDITION = 0;
export const ORDINAL = 1;
/** Row + 1, 0 at the end. */
export const NEXT = 4;

/** How many rows share a place on average. */
const CROWD = 1.5;
/** A power of two. */
const PLACES_MIN = 64;

export class RowIndex {
  readonly #records: Records;
  /** Per place: the first row + 1, or 0. Its length is a power of two. */
  #heads = new Uint32Array(PLACES_MIN);
  /** How many places are in use: more than half of them. */
  #places = PLACES_MIN;
  #count = 0;

  constructor(records: Records) {
    this.#records = records;
  }

  find(condition: number, ordinal: number): number | undefined {
    const records = this.#records;
    let next = this.#heads[this.#placeOf(condition, ordinal)] ?? 0;
    while (next !== 0) {
      const row = next - 1;
      if (records.get(row, ORDINAL) === ordinal && records.get(row, CONDITION) === condition) {
        return row;
      }
      next = records.get(row, NEXT);
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
    const next = this.#records.get(row, NEXT);
    let before = (this.#heads[place] ?? 0) - 1;
    if (before === row) {
      this.#heads[place] = next;
      return;
    }
    for (;;) {
      const other = this.#records.get(before, NEXT) - 1;
      if (other === row) break;
      before = other;
    }
    this.#records.set(before, NEXT, next);
  }

  /** Makes it anew of so many rows. */
  build(rows: Iterable<number>, count: number): void {
    this.#count = count;
    this.#places = Math.max(PLACES_MIN, Math.ceil(count / CROWD));
    let length = PLACES_MIN;
    while (length < this.#places) length *= 2;
    this.#heads = new Uint32Array(length);
    for (const row of rows) this.#link(row);
  }

  bytesUsed(): number {
    return this.#heads.byteLength;
  }

  /** A place that is not in use yet is still part of the one half the length before it. */
  #placeOf(condition: number, ordinal: number): number {
    const { length } = this.#heads;
    const place = (spread(ordinal) + condition) & (length - 1);
    return place < this.#places ? place : place - length / 2;
  }

  #placeOfRow(row: number): number {
    return this.#placeOf(this.#records.get(row, CONDITION), this.#records.get(row, ORDINAL));
  }

  #link(row: number): void {
    const place = this.#placeOfRow(row);
    this.#records.set(row, NEXT, this.#heads[place] ?? 0);
    this.#heads[place] = row + 1;
  }

  /** Takes one more place into use: it gets some rows of the one that they were part of. */
  #split(): void {
    if (this.#places === this.#heads.length) {
      const heads = new Uint32Array(this.#places * 2);
      heads.set(this.#heads);
      this.#heads = heads;
    }
    const from = this.#places++ - this.#heads.length / 2;
    let next = this.#heads[from] ?? 0;
    this.#heads[from] = 0;
    while (next !== 0) {
      const row = next - 1;
      next = this.#records.get(row, NEXT);
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
