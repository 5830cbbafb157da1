import { assert } from '../../base/assert.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * What a part of the state gives to a snapshot: pieces by the name of their section. A piece is
 * made when it is asked for and may be a view of what is in use: copy it before anything changes.
 */
export type Sections = Map<string, Iterable<Uint8Array>>;

/** Writes the small parts of a snapshot, little-endian. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  f64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  u32s(values: readonly number[]): void {
    this.u32(values.length);
    for (const value of values) this.u32(value);
  }

  bytes(value: Uint8Array): void {
    this.u32(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  text(value: string): void {
    this.bytes(encoder.encode(value));
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** What was written, with its length before it. */
  lengthAndBytes(): Uint8Array {
    const outer = new ByteWriter();
    outer.bytes(this.finish());
    return outer.finish();
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads what a `ByteWriter` wrote, in the same order. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#offset === this.#bytes.length;
  }

  u32(): number {
    this.#offset += 4;
    return this.#view.getUint32(this.#offset - 4, true);
  }

  f64(): number {
    this.#offset += 8;
    return this.#view.getFloat64(this.#offset - 8, true);
  }

  u32s(): number[] {
    return Array.from({ length: this.u32() }, () => this.u32());
  }

  bytes(): Uint8Array {
    return this.take(this.u32());
  }

  text(): string {
    return decoder.decode(this.bytes());
  }

  take(length: number): Uint8Array {
    assert(this.#offset + length <= this.#bytes.length, 'a section ends where it was said to end');
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }
}
