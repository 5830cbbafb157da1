import roaring from 'roaring';

/** A set of ordinals. The one file that knows which library keeps it. */
export class Bitmap {
  readonly #bits: roaring.RoaringBitmap32;

  constructor(bits = new roaring.RoaringBitmap32()) {
    this.#bits = bits;
  }

  get size(): number {
    return this.#bits.size;
  }

  has(ordinal: number): boolean {
    return this.#bits.has(ordinal);
  }

  /** @returns false when it was there already */
  add(ordinal: number): boolean {
    return this.#bits.tryAdd(ordinal);
  }

  /** @returns false when it was not there */
  delete(ordinal: number): boolean {
    return this.#bits.delete(ordinal);
  }

  /** Ascending. */
  ordinals(): Iterable<number> {
    return this.#bits;
  }

  /** Takes out the first so many. @returns them, ascending */
  takeFirst(count: number): number[] {
    const first: number[] = [];
    for (const ordinal of this.#bits) {
      if (first.length >= count) break;
      first.push(ordinal);
    }
    this.#bits.removeRange(0, (first.at(-1) ?? -1) + 1);
    return first;
  }

  clone(): Bitmap {
    return new Bitmap(this.#bits.clone());
  }

  /** The ordinals from 0 up to, without, `count`. */
  static upTo(count: number): Bitmap {
    return new Bitmap(roaring.RoaringBitmap32.fromRange(0, count));
  }

  /** Those in all of at least one bitmap. */
  static intersection(bitmaps: readonly Bitmap[]): Bitmap {
    const [first, ...others] = bitmaps;
    const found = first === undefined ? new Bitmap() : first.clone();
    for (const other of others) found.#bits.andInPlace(other.#bits);
    return found;
  }

  static union(bitmaps: readonly Bitmap[]): Bitmap {
    return new Bitmap(roaring.RoaringBitmap32.orMany(bitmaps.map((bitmap) => bitmap.#bits)));
  }

  /** Those in `bitmap` that are not in `others`. */
  static difference(bitmap: Bitmap, others: Bitmap): Bitmap {
    return new Bitmap(roaring.RoaringBitmap32.andNot(bitmap.#bits, others.#bits));
  }

  bytesUsed(): number {
    return this.#bits.getSerializationSizeInBytes('portable');
  }

  toBytes(): Uint8Array {
    return this.#bits.serialize('portable');
  }

  static fromBytes(bytes: Uint8Array): Bitmap {
    return new Bitmap(roaring.RoaringBitmap32.deserialize(bytes, 'portable'));
  }
}
