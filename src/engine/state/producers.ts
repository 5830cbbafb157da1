import { ByteReader, ByteWriter, type Sections } from '../store/bytes.ts';

/*
 * Which messages of each producer have been applied: one that comes again is skipped.
 *
 * 1. A producer's messages may come out of order by fewer than REORDER_MAX; one that is further
 *    behind the latest counts as seen.
 */

const REORDER_MAX = 32;

interface Seen {
  readonly latest: number;
  /** Bit i: `latest − i` has been seen. */
  readonly bits: number;
}

const NOTHING_SEEN: Seen = { latest: 0, bits: 0 };

export class Producers {
  readonly #seen = new Map<string, Seen>();

  /** Whether this message has been seen, or is too far behind to tell. */
  knows(producer: string, n: number): boolean {
    const { latest, bits } = this.#seen.get(producer) ?? NOTHING_SEEN;
    const behind = latest - n;
    return behind >= 0 && (behind >= REORDER_MAX || ((bits >>> behind) & 1) === 1);
  }

  /** @returns true when this message is new, and remembers it then */
  admit(producer: string, n: number): boolean {
    const { latest, bits } = this.#seen.get(producer) ?? NOTHING_SEEN;
    if (n > latest) {
      const shift = n - latest;
      const moved = shift < REORDER_MAX ? (bits << shift) | 1 : 1;
      this.#seen.set(producer, { latest: n, bits: moved >>> 0 });
      return true;
    }
    const behind = latest - n;
    if (behind >= REORDER_MAX || ((bits >>> behind) & 1) === 1) return false;
    this.#seen.set(producer, { latest, bits: (bits | (1 << behind)) >>> 0 });
    return true;
  }

  toSections(): Sections {
    const writer = new ByteWriter();
    for (const [producer, { latest, bits }] of this.#seen) {
      writer.text(producer);
      writer.f64(latest);
      writer.u32(bits);
    }
    return new Map([['producers', [writer.finish()]]]);
  }

  restore(section: (name: string) => Uint8Array): void {
    const reader = new ByteReader(section('producers'));
    while (!reader.done) {
      const producer = reader.text();
      this.#seen.set(producer, { latest: reader.f64(), bits: reader.u32() });
    }
  }
}
