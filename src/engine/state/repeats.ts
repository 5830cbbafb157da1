import { fnv1a32 } from '../../base/hash.ts';
import { murmur3 } from '../../base/murmur.ts';
import type { CustomerId } from '../../base/id.ts';
import type { DurationMs, EpochMs } from '../../base/time.ts';
import { ByteReader, ByteWriter, type Sections } from '../store/bytes.ts';
import { HashIndex } from '../store/hash-index.ts';

/*
 * The messageIds that were seen of late: a repeated one of the same customer counts once.
 *
 * 1. An id is remembered for a window of stream time, counted from when it counted.
 * 2. At most so many are kept; the oldest go first.
 * 3. Ids are kept as 52 bits of hash together with the customer: at a million ids the chance that
 *    a new one is taken for a repeated one is below one in a billion.
 */

/** Of a page: 256 KB are just a chunk of a checkpoint, so that a full page is sent once. */
const PAGE_BITS = 14;
const PAGE_ENTRIES = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_ENTRIES - 1;
const ENTRY_BYTES = 16;
/** Numbers of entries go round. */
const NUMBER_MASK = 0x3fff_ffff;
/** Several small indexes: the growing of one stops the engine for a short time only. */
const INDEXES = 16;

export class Repeats {
  readonly #windowMs: DurationMs;
  readonly #idsMax: number;
  /** Entries of hash and instant in the order in which they came. */
  #pages: Float64Array[] = [];
  /** The number of the first page's first entry. */
  #base = 0;
  /** The oldest entry's place in the first page, and how many there are. */
  #from = 0;
  #count = 0;
  readonly #indexes = Array.from(
    { length: INDEXES },
    () => new HashIndex((entry) => this.#keyOf(entry) >>> 0),
  );
  #sought = 0;
  readonly #isSought = (entry: number): boolean => this.#keyOf(entry) === this.#sought;

  constructor(windowMs: DurationMs, idsMax: number) {
    this.#windowMs = windowMs;
    this.#idsMax = idsMax;
  }

  /** Ids that were forgotten before their time, since there were too many. */
  forgottenEarly = 0;

  /** For how long an id is remembered as things are. */
  spanMs(streamTime: EpochMs): DurationMs {
    if (this.#count < this.#idsMax) return this.#windowMs;
    return Math.min(this.#windowMs, Math.max(0, streamTime - this.#oldestAt()));
  }

  /** @returns true when the id is new, and remembers it then */
  admit(customer: CustomerId, messageId: string, streamTime: EpochMs): boolean {
    while (this.#count > 0 && streamTime - this.#oldestAt() >= this.#windowMs) this.#forget();
    const key = keyOf(customer, messageId);
    this.#sought = key;
    if (this.#indexOf(key).find(key >>> 0, this.#isSought) !== undefined) return false;
    this.#remember(key, streamTime);
    if (this.#count > this.#idsMax) {
      this.forgottenEarly++;
      this.#forget();
    }
    return true;
  }

  #remember(key: number, at: EpochMs): void {
    const place = this.#from + this.#count++;
    if (place >>> PAGE_BITS === this.#pages.length)
      this.#pages.push(new Float64Array(PAGE_ENTRIES * 2));
    const page = this.#pages[place >>> PAGE_BITS] ?? new Float64Array(0);
    page[(place & PAGE_MASK) * 2] = key;
    page[(place & PAGE_MASK) * 2 + 1] = at;
    this.#indexOf(key).add((this.#base + place) & NUMBER_MASK);
  }

  #forget(): void {
    const entry = (this.#base + this.#from) & NUMBER_MASK;
    this.#indexOf(this.#keyOf(entry)).remove(entry);
    this.#from++;
    this.#count--;
    if (this.#from < PAGE_ENTRIES) return;
    this.#pages.shift();
    this.#base = (this.#base + PAGE_ENTRIES) & NUMBER_MASK;
    this.#from = 0;
  }

  #oldestAt(): EpochMs {
    return this.#pages[0]?.[this.#from * 2 + 1] ?? 0;
  }

  #keyOf(entry: number): number {
    const place = (entry - this.#base) & NUMBER_MASK;
    return this.#pages[place >>> PAGE_BITS]?.[(place & PAGE_MASK) * 2] ?? 0;
  }

  #indexOf(key: number): HashIndex {
    const index = this.#indexes[(key >>> 0) % INDEXES];
    if (index === undefined) throw new RangeError('repeats: no such index');
    return index;
  }

  toSections(): Sections {
    const head = new ByteWriter();
    head.u32(this.#from);
    head.u32(this.#count);
    return new Map<string, Iterable<Uint8Array>>([
      ['repeats.head', [head.finish()]],
      ['repeats.entries', this.#toBytes()],
    ]);
  }

  *#toBytes(): Generator<Uint8Array> {
    let bytes = (this.#from + this.#count) * ENTRY_BYTES;
    for (const page of this.#pages) {
      yield new Uint8Array(page.buffer).subarray(0, bytes);
      bytes -= page.byteLength;
    }
  }

  restore(section: (name: string) => Uint8Array): void {
    const head = new ByteReader(section('repeats.head'));
    this.#from = head.u32();
    const count = head.u32();
    const entries = new ByteReader(section('repeats.entries'));
    entries.take(this.#from * ENTRY_BYTES);
    for (let i = 0; i < count; i++) this.#remember(entries.f64(), entries.f64());
  }
}

/** By the customer's id: an ordinal may be another's by the time the message comes again. */
function keyOf(customer: CustomerId, messageId: string): number {
  const text = `${customer}\n${messageId}`;
  return (murmur3(text) & 0xfffff) * 2 ** 32 + fnv1a32(text);
}
