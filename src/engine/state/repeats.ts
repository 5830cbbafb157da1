import { fnv1a32 } from '../../base/hash.ts';
import { murmur3 } from '../../base/murmur.ts';
import type { DurationMs, EpochMs } from '../../base/time.ts';
import { ByteReader, ByteWriter } from '../store/bytes.ts';

/*
 * The messageIds that were seen of late: a repeated one of the same customer counts once.
 *
 * 1. An id is remembered for a window of stream time, counted from when it counted.
 * 2. At most so many are kept; the oldest go first.
 * 3. Ids are kept as 52 bits of hash together with the customer: at a million ids the chance that
 *    a new one is taken for a repeated one is below one in a billion.
 */
export class Repeats {
  readonly #windowMs: DurationMs;
  readonly #idsMax: number;
  /** Hashes. */
  readonly #seen = new Set<number>();
  /** The same hashes in the order in which they came, from `#head` on, and when they counted. */
  #keys: number[] = [];
  #ats: EpochMs[] = [];
  #head = 0;

  constructor(windowMs: DurationMs, idsMax: number) {
    this.#windowMs = windowMs;
    this.#idsMax = idsMax;
  }

  /** @returns true when the id is new, and remembers it then */
  admit(ordinal: number, messageId: string, streamTime: EpochMs): boolean {
    while (streamTime - (this.#ats[this.#head] ?? streamTime) >= this.#windowMs) this.#forget();
    const key = keyOf(ordinal, messageId);
    if (this.#seen.has(key)) return false;
    this.#remember(key, streamTime);
    if (this.#seen.size > this.#idsMax) this.#forget();
    return true;
  }

  #remember(key: number, at: EpochMs): void {
    this.#seen.add(key);
    this.#keys.push(key);
    this.#ats.push(at);
  }

  /** Forgets the oldest. */
  #forget(): void {
    this.#seen.delete(this.#keys[this.#head++] ?? 0);
    if (this.#head * 2 < this.#keys.length) return;
    this.#keys = this.#keys.slice(this.#head);
    this.#ats = this.#ats.slice(this.#head);
    this.#head = 0;
  }

  toSections(): Map<string, Uint8Array[]> {
    const writer = new ByteWriter();
    for (let i = this.#head; i < this.#keys.length; i++) {
      writer.f64(this.#keys[i] ?? 0);
      writer.f64(this.#ats[i] ?? 0);
    }
    return new Map([['repeats', [writer.finish()]]]);
  }

  restore(section: (name: string) => Uint8Array): void {
    const reader = new ByteReader(section('repeats'));
    while (!reader.done) this.#remember(reader.f64(), reader.f64());
  }
}

function keyOf(ordinal: number, messageId: string): number {
  const low = (fnv1a32(messageId) ^ Math.imul(ordinal + 1, 0x9e3779b1)) >>> 0;
  const high = murmur3(`${ordinal}\n${messageId}`) & 0xfffff;
  return high * 2 ** 32 + low;
}
