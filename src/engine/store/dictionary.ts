import { fnv1a32Bytes } from '../../base/hash.ts';
import { Bitmap } from './bitmap.ts';
import { ByteReader, ByteWriter, type Sections } from './bytes.ts';
import { ByteStrings } from './byte-strings.ts';
import { Column } from './column.ts';
import { HashIndex } from './hash-index.ts';

/*
 * Texts ↔ dense numbers.
 *
 * 1. Numbers go up from 0 in the order in which texts are added; of those that were given back the
 *    smallest is given out first.
 * 2. Texts are kept as UTF-8 bytes: a string object for each would cost three times the look-up.
 * 3. Of a text that was removed no byte is left.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Dictionary {
  /** All numbers that were ever given out are below. */
  #end = 0;
  /** Those that were given back. */
  #free = new Bitmap();
  #freeCount = 0;
  #texts = new ByteStrings();
  /** Per number: its text's handle. */
  #handles = new Column(Uint32Array);
  readonly #index = new HashIndex((number) => fnv1a32Bytes(this.bytesOf(number)));
  /** The text that is sought or added, and its length. */
  #scratch = new Uint8Array(256);
  #length = 0;
  readonly #isSought = (number: number): boolean =>
    this.#texts.isSame(this.#handles.get(number), this.#scratch, this.#length);

  get count(): number {
    return this.#end - this.#freeCount;
  }

  find(text: string): number | undefined {
    this.#length = this.#encode(text);
    return this.#index.find(fnv1a32Bytes(this.#scratch, this.#length), this.#isSought);
  }

  /** The text must not be known. @returns its number */
  add(text: string): number {
    const length = this.#encode(text);
    const number = this.#take();
    this.#handles.set(number, this.#texts.put(this.#scratch.subarray(0, length)));
    this.#index.add(number);
    return number;
  }

  #take(): number {
    if (this.#freeCount === 0) return this.#end++;
    this.#freeCount--;
    const [number = 0] = this.#free.takeFirst(1);
    return number;
  }

  /** The number of a text that is known: it is given out again. */
  remove(number: number): void {
    this.#index.remove(number);
    this.#texts.free(this.#handles.get(number));
    this.#handles.set(number, 0);
    this.#free.add(number);
    this.#freeCount++;
  }

  /** The numbers of all texts. */
  numbers(): Bitmap {
    return Bitmap.difference(Bitmap.upTo(this.#end), this.#free);
  }

  findOrAdd(text: string): number {
    return this.find(text) ?? this.add(text);
  }

  textOf(number: number): string {
    return decoder.decode(this.bytesOf(number));
  }

  /** The UTF-8 bytes of a text; do not write to them. */
  bytesOf(number: number): Uint8Array {
    return this.#texts.get(this.#handles.get(number));
  }

  /** Whether a number here and one of another dictionary are of one text. */
  isSame(number: number, there: Dictionary, other: number): boolean {
    const handle = there.#handles.get(other);
    if (handle === 0 || this.#handles.get(number) === 0) return false;
    const bytes = this.bytesOf(number);
    return there.#texts.isSame(handle, bytes, bytes.length);
  }

  /** Puts a text's UTF-8 bytes into the scratch buffer. @returns their number */
  #encode(text: string): number {
    if (text.length * 3 > this.#scratch.length) this.#scratch = new Uint8Array(text.length * 3);
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return encoder.encodeInto(text, this.#scratch).written;
      this.#scratch[i] = unit;
    }
    return text.length;
  }

  bytesUsed(): { readonly texts: number; readonly index: number } {
    const index = this.#handles.bytesUsed() + this.#index.bytesUsed();
    return { texts: this.#texts.bytesUsed(), index };
  }

  toSections(name: string): Sections {
    const head = new ByteWriter();
    head.u32(this.#end);
    head.bytes(this.#free.toBytes());
    return new Map([
      [`${name}.head`, [head.finish()]],
      [`${name}.texts`, this.#texts.toBytes()],
      [`${name}.handles`, this.#handles.toBytes()],
    ]);
  }

  static fromSections(name: string, section: (name: string) => Uint8Array): Dictionary {
    const dictionary = new Dictionary();
    const head = new ByteReader(section(`${name}.head`));
    dictionary.#end = head.u32();
    dictionary.#free = Bitmap.fromBytes(head.bytes());
    dictionary.#freeCount = dictionary.#free.size;
    dictionary.#texts = ByteStrings.fromBytes(section(`${name}.texts`));
    dictionary.#handles = Column.fromBytes(Uint32Array, section(`${name}.handles`));
    for (const number of dictionary.numbers().ordinals()) dictionary.#index.add(number);
    return dictionary;
  }
}
