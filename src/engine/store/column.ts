/*
 * A growing array of numbers in pages.
 *
 * 1. Growing never copies what is there: a new page is added.
 * 2. Cells that were never written read as 0.
 * 3. The pages are the snapshot: equal contents give equal bytes.
 */

const PAGE_BITS = 12;
const PAGE_CELLS = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_CELLS - 1;

type Cells = Uint8Array | Uint32Array | Float64Array;
type CellsOf = typeof Uint8Array | typeof Uint32Array | typeof Float64Array;

export class Column {
  readonly #make: CellsOf;
  readonly #pages: Cells[] = [];

  constructor(make: CellsOf) {
    this.#make = make;
  }

  get(index: number): number {
    const page = this.#pages[index >>> PAGE_BITS];
    return page === undefined ? 0 : (page[index & PAGE_MASK] ?? 0);
  }

  set(index: number, value: number): void {
    this.#page(index >>> PAGE_BITS)[index & PAGE_MASK] = value;
  }

  #page(number: number): Cells {
    while (this.#pages.length <= number) this.#pages.push(new this.#make(PAGE_CELLS));
    const page = this.#pages[number];
    if (page === undefined) throw new RangeError('column: page out of range');
    return page;
  }

  /** The pages' bytes, in order. */
  *toBytes(): Generator<Uint8Array> {
    for (const page of this.#pages)
      yield new Uint8Array(page.buffer, page.byteOffset, page.byteLength);
  }

  static fromBytes(make: CellsOf, bytes: Uint8Array): Column {
    const column = new Column(make);
    const pageBytes = PAGE_CELLS * make.BYTES_PER_ELEMENT;
    for (let from = 0; from < bytes.length; from += pageBytes) {
      column.#pages.push(new make(bytes.slice(from, from + pageBytes).buffer));
    }
    return column;
  }

  bytesUsed(): number {
    return this.#pages.length * PAGE_CELLS * this.#make.BYTES_PER_ELEMENT;
  }
}
