import { Blocks, sizeFor } from './blocks.ts';

const PAGE_BITS = 16;
const LENGTH_BYTES = 4;

/** Strings of bytes of any length in an arena; a handle stands for each, 0 for none. */
export class ByteStrings {
  readonly #blocks: Blocks<Uint8Array>;

  constructor(blocks = new Blocks(Uint8Array, PAGE_BITS)) {
    this.#blocks = blocks;
  }

  put(bytes: Uint8Array): number {
    const handle = this.#blocks.allocate(sizeFor(bytes.length + LENGTH_BYTES));
    const page = this.#blocks.page(handle);
    const at = this.#blocks.offset(handle);
    for (let i = 0; i < LENGTH_BYTES; i++) page[at + i] = (bytes.length >>> (8 * i)) & 0xff;
    page.set(bytes, at + LENGTH_BYTES);
    return handle;
  }

  /** A view that holds until the string is freed. */
  get(handle: number): Uint8Array {
    const page = this.#blocks.page(handle);
    const at = this.#blocks.offset(handle) + LENGTH_BYTES;
    return page.subarray(at, at + lengthAt(page, at - LENGTH_BYTES));
  }

  isSame(handle: number, bytes: Uint8Array, length: number): boolean {
    const page = this.#blocks.page(handle);
    const at = this.#blocks.offset(handle);
    if (lengthAt(page, at) !== length) return false;
    for (let i = 0; i < length; i++) {
      if (page[at + LENGTH_BYTES + i] !== bytes[i]) return false;
    }
    return true;
  }

  free(handle: number): void {
    this.#blocks.free(handle, sizeFor(this.get(handle).length + LENGTH_BYTES));
  }

  bytesUsed(): number {
    return this.#blocks.bytesUsed();
  }

  toBytes(): Iterable<Uint8Array> {
    return this.#blocks.toBytes();
  }

  static fromBytes(bytes: Uint8Array): ByteStrings {
    return new ByteStrings(Blocks.fromBytes(Uint8Array, PAGE_BITS, bytes));
  }
}

function lengthAt(page: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [page[at], page[at + 1], page[at + 2], page[at + 3]];
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}
