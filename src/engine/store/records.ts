import { assert } from '../../base/assert.ts';

/*
 * A growing array of records of a few u32 words each, in pages: what is read together lies
 * together. Two words, the first of an even number, can also be used as one f64.
 *
 * 1. Growing never copies what is there: a new page is added.
 * 2. Words that were never written read as 0.
 * 3. The pages are the snapshot.
 */

const PAGE_BITS = 10;
const PAGE_RECORDS = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_RECORDS - 1;

export class Records {
  readonly #width: number;
  readonly #pages: Uint32Array[] = [];
  /** The same bytes. */
  readonly #floats: Float64Array[] = [];

  /** @param width words of a record, an even number */
  constructor(width: number) {
    this.#width = width;
  }

  get(record: number, word: number): number {
    const page = this.#pages[record >>> PAGE_BITS];
    return page === undefined ? 0 : (page[(record & PAGE_MASK) * this.#width + word] ?? 0);
  }

  set(record: number, word: number, value: number): void {
    this.#page(record >>> PAGE_BITS)[(record & PAGE_MASK) * this.#width + word] = value;
  }

  getFloat(record: number, word: number): number {
    return this.floats(record)[this.floatAt(record, word)] ?? 0;
  }

  /** The record must have been written to. */
  setFloat(record: number, word: number, value: number): void {
    this.floats(record)[this.floatAt(record, word)] = value;
  }

  /** The page of a record as f64s; where its word `word` lies in it is `floatAt`. */
  floats(record: number): Float64Array {
    const page = this.#floats[record >>> PAGE_BITS];
    assert(page !== undefined, 'a record that is read as f64 has been written');
    return page;
  }

  floatAt(record: number, word: number): number {
    return ((record & PAGE_MASK) * this.#width + word) >>> 1;
  }

  #page(number: number): Uint32Array {
    const known = this.#pages[number];
    if (known !== undefined) return known;
    while (this.#pages.length < number) this.#addPage();
    return this.#addPage();
  }

  #addPage(page = new Uint32Array(PAGE_RECORDS * this.#width)): Uint32Array {
    this.#pages.push(page);
    this.#floats.push(new Float64Array(page.buffer));
    return page;
  }

  /** The pages' bytes, in order. */
  *toBytes(): Generator<Uint8Array> {
    for (const page of this.#pages) yield new Uint8Array(page.buffer);
  }

  static fromBytes(width: number, bytes: Uint8Array): Records {
    const records = new Records(width);
    const pageBytes = PAGE_RECORDS * width * Uint32Array.BYTES_PER_ELEMENT;
    for (let from = 0; from < bytes.length; from += pageBytes) {
      records.#addPage(new Uint32Array(bytes.slice(from, from + pageBytes).buffer));
    }
    return records;
  }

  bytesUsed(): number {
    return this.#pages.length * PAGE_RECORDS * this.#width * Uint32Array.BYTES_PER_ELEMENT;
  }
}
