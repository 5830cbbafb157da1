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

  add(ordinal: number): void {
    this.#bits.add(ordinal);
  }

  delete(ordinal: number): void {
    this.#bits.delete(ordinal);
  }

  /** Ascending. */
  ordinals(): Iterable<number> {
    return this.#bits;
  }

  clone(): Bitmap {
    return new Bitmap(this.#bits.clone());
  }

  toBytes(): Uint8Array {
    return this.#bits.serialize('portable');
  }

  static fromBytes(bytes: Uint8Array): Bitmap {
    return new Bitmap(roaring.RoaringBitmap32.deserialize(bytes, 'portable'));
  }
}
