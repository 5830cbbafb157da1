import { assert } from '../../base/assert.ts';
import { ByteReader, ByteWriter } from './bytes.ts';

/*
 * An arena of blocks of 2^k cells: what grows with a customer lives here, so that the heap of
 * objects stays small.
 *
 * 1. A block lies in one page; a block larger than a page has a page of its own.
 * 2. A handle is page × page size + offset, and never 0: 0 stands for "no block".
 * 3. A freed block is given out again only for the same size. Its cells are cleared at once: what
 *    is forgotten must not go on in the bytes of a snapshot.
 */

type Cells = Uint8Array | Float64Array;

export interface CellsType<C extends Cells> {
  new (length: number): C;
  new (buffer: ArrayBuffer): C;
  readonly BYTES_PER_ELEMENT: number;
}

const SIZES = 32;

export class Blocks<C extends Cells> {
  readonly #type: CellsType<C>;
  readonly #pageBits: number;
  readonly #pages: C[] = [];
  #free: number[][] = Array.from({ length: SIZES }, () => []);
  /** Where the next block may begin: page and offset. */
  #page = 0;
  #offset = 1;

  constructor(type: CellsType<C>, pageBits: number) {
    this.#type = type;
    this.#pageBits = pageBits;
    this.#pages.push(new type(1 << pageBits));
  }

  /** @param size k of the 2^k cells */
  allocate(size: number): number {
    const freed = this.#free[size]?.pop();
    if (freed !== undefined) return freed;
    if (size > this.#pageBits) return this.#addPage(1 << size) << this.#pageBits;
    const cells = 1 << size;
    let offset = Math.ceil(this.#offset / cells) * cells;
    if (offset + cells > 1 << this.#pageBits) {
      this.#page = this.#addPage(1 << this.#pageBits);
      offset = 0;
    }
    this.#offset = offset + cells;
    return ((this.#page << this.#pageBits) | offset) >>> 0;
  }

  free(handle: number, size: number): void {
    assert(handle !== 0, 'block 0 is not freed');
    const offset = this.offset(handle);
    this.page(handle).fill(0, offset, offset + (1 << size));
    this.#free[size]?.push(handle);
  }

  /** The page of a block; the block's cells begin at `offset(handle)`. */
  page(handle: number): C {
    const page = this.#pages[handle >>> this.#pageBits];
    assert(page !== undefined, 'a block lies in a page');
    return page;
  }

  offset(handle: number): number {
    return handle & ((1 << this.#pageBits) - 1);
  }

  bytesUsed(): number {
    return this.#pages.reduce((sum, page) => sum + page.byteLength, 0);
  }

  #addPage(cells: number): number {
    this.#pages.push(new this.#type(cells));
    return this.#pages.length - 1;
  }

  /** A head, then the pages' bytes. */
  *toBytes(): Generator<Uint8Array> {
    const head = new ByteWriter();
    head.u32(this.#page);
    head.u32(this.#offset);
    for (const handles of this.#free) head.u32s(handles);
    head.u32s(this.#pages.map((page) => page.length));
    yield head.lengthAndBytes();
    for (const page of this.#pages)
      yield new Uint8Array(page.buffer, page.byteOffset, page.byteLength);
  }

  static fromBytes<C extends Cells>(
    type: CellsType<C>,
    pageBits: number,
    bytes: Uint8Array,
  ): Blocks<C> {
    const blocks = new Blocks(type, pageBits);
    const reader = new ByteReader(bytes);
    const head = new ByteReader(reader.bytes());
    blocks.#page = head.u32();
    blocks.#offset = head.u32();
    blocks.#free = blocks.#free.map(() => head.u32s());
    blocks.#pages.length = 0;
    for (const cells of head.u32s()) {
      const page = reader.take(cells * type.BYTES_PER_ELEMENT);
      blocks.#pages.push(new type(page.slice().buffer));
    }
    return blocks;
  }
}

/** The k of the smallest 2^k cells that hold `length` cells. */
export function sizeFor(length: number): number {
  return length <= 1 ? 0 : 32 - Math.clz32(length - 1);
}
