import type { EpochMs } from '../../base/time.ts';
import type { Sections } from '../store/bytes.ts';
import { Blocks, sizeFor } from '../store/blocks.ts';
import { ByteStrings } from '../store/byte-strings.ts';
import { Column } from '../store/column.ts';

/*
 * The latest few items of each customer: when, which, and the handle of its bytes.
 *
 * 1. Items descend in time; of two of one instant the one that came later stands first.
 * 2. One of each key, the latest; key 0 is that of items which are all different.
 * 3. A new item that is older than all of a full list changes nothing. What fell out stays out: the
 *    list would be the same had it never been shorter than the history.
 */

const PAGE_BITS = 12;
/** The cells of an item. */
const AT = 0;
const KEY = 1;
const HANDLE = 2;
const WIDTH = 3;

export interface RecentItem {
  readonly at: EpochMs;
  readonly key: number;
  readonly bytes: Uint8Array;
}

export class RecentItems {
  readonly #itemsMax: number;
  #records = new ByteStrings();
  #blocks = new Blocks(Float64Array, PAGE_BITS);
  /** Per ordinal: its items' block, and how many there are. */
  #handles = new Column(Uint32Array);
  #counts = new Column(Uint8Array);

  /** @param itemsMax at most 255 */
  constructor(itemsMax: number) {
    this.#itemsMax = itemsMax;
  }

  /** Takes in one item. @param pack makes its bytes, where it is kept */
  take(ordinal: number, at: EpochMs, key: number, pack: () => Uint8Array): void {
    const count = this.#counts.get(ordinal);
    const known = this.#find(ordinal, count, KEY, (it) => key !== 0 && it === key);
    if (known < count && this.#cell(ordinal, known, AT) > at) return;
    const place = this.#find(ordinal, count, AT, (it) => it <= at);
    if (place === this.#itemsMax) return;
    const last = this.#makeRoom(ordinal, count, known);
    const handle = this.#handles.get(ordinal);
    const cells = this.#blocks.page(handle);
    const first = this.#blocks.offset(handle);
    const from = first + place * WIDTH;
    for (let cell = first + last * WIDTH - 1; cell >= from; cell--) {
      cells[cell + WIDTH] = cells[cell] ?? 0;
    }
    cells[from + AT] = at;
    cells[from + KEY] = key;
    cells[from + HANDLE] = this.#records.put(pack());
  }

  /** @returns the first place whose cell passes; the count without one */
  #find(ordinal: number, count: number, cell: number, passes: (value: number) => boolean): number {
    if (count === 0) return 0;
    const handle = this.#handles.get(ordinal);
    const cells = this.#blocks.page(handle);
    const first = this.#blocks.offset(handle) + cell;
    let place = 0;
    while (place < count && !passes(cells[first + place * WIDTH] ?? 0)) place++;
    return place;
  }

  /** @returns a place that is free now: that of the known one, a new one, or the last */
  #makeRoom(ordinal: number, count: number, known: number): number {
    if (known === count && count < this.#itemsMax) return this.#lengthen(ordinal, count);
    const last = Math.min(known, count - 1);
    this.#records.free(this.#cell(ordinal, last, HANDLE));
    return last;
  }

  /** The bytes of each item, latest first; do not write to them. */
  *of(ordinal: number): Generator<Uint8Array> {
    const count = this.#counts.get(ordinal);
    for (let place = 0; place < count; place++) {
      yield this.#records.get(this.#cell(ordinal, place, HANDLE));
    }
  }

  /** All that is kept of a customer, latest first. */
  entries(ordinal: number): RecentItem[] {
    return Array.from({ length: this.#counts.get(ordinal) }, (_, place) => {
      const [at, key] = [this.#cell(ordinal, place, AT), this.#cell(ordinal, place, KEY)];
      return { at, key, bytes: this.#records.get(this.#cell(ordinal, place, HANDLE)).slice() };
    });
  }

  /** Takes in items of another customer, latest first, as if each had come before their own. */
  join(ordinal: number, items: readonly RecentItem[]): void {
    const own = this.entries(ordinal);
    this.remove(ordinal);
    for (const { at, key, bytes } of [...own, ...items].toReversed()) {
      this.take(ordinal, at, key, () => bytes);
    }
  }

  /** Drops all of a customer's. */
  remove(ordinal: number): void {
    const count = this.#counts.get(ordinal);
    if (count === 0) return;
    for (let place = 0; place < count; place++) {
      this.#records.free(this.#cell(ordinal, place, HANDLE));
    }
    this.#blocks.free(this.#handles.get(ordinal), sizeFor(count * WIDTH));
    this.#counts.set(ordinal, 0);
    this.#handles.set(ordinal, 0);
  }

  #cell(ordinal: number, place: number, cell: number): number {
    const handle = this.#handles.get(ordinal);
    const page = this.#blocks.page(handle);
    return page[this.#blocks.offset(handle) + place * WIDTH + cell] ?? 0;
  }

  /** Makes room for one more. @returns its place, the last one */
  #lengthen(ordinal: number, count: number): number {
    const size = sizeFor(count * WIDTH);
    const wanted = sizeFor((count + 1) * WIDTH);
    this.#counts.set(ordinal, count + 1);
    if (count > 0 && size === wanted) return count;
    const block = this.#blocks.allocate(wanted);
    this.#copy(ordinal, block, count);
    if (count > 0) this.#blocks.free(this.#handles.get(ordinal), size);
    this.#handles.set(ordinal, block);
    return count;
  }

  #copy(ordinal: number, block: number, count: number): void {
    const page = this.#blocks.page(block);
    const to = this.#blocks.offset(block);
    for (let place = 0; place < count; place++) {
      for (const cell of [AT, KEY, HANDLE]) {
        page[to + place * WIDTH + cell] = this.#cell(ordinal, place, cell);
      }
    }
  }

  bytesUsed(): number {
    const index = this.#handles.bytesUsed() + this.#counts.bytesUsed();
    return this.#records.bytesUsed() + this.#blocks.bytesUsed() + index;
  }

  toSections(name: string): Sections {
    return new Map([
      [`${name}.records`, this.#records.toBytes()],
      [`${name}.items`, this.#blocks.toBytes()],
      [`${name}.handles`, this.#handles.toBytes()],
      [`${name}.counts`, this.#counts.toBytes()],
    ]);
  }

  restore(name: string, section: (name: string) => Uint8Array): void {
    this.#records = ByteStrings.fromBytes(section(`${name}.records`));
    this.#blocks = Blocks.fromBytes(Float64Array, PAGE_BITS, section(`${name}.items`));
    this.#handles = Column.fromBytes(Uint32Array, section(`${name}.handles`));
    this.#counts = Column.fromBytes(Uint8Array, section(`${name}.counts`));
  }
}
