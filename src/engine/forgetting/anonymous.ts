import type { EpochMs } from '../../base/time.ts';
import type { Bitmap } from '../store/bitmap.ts';
import type { Sections } from '../store/bytes.ts';
import { Column } from '../store/column.ts';
import { OrdinalHeap } from '../store/ordinal-heap.ts';

/*
 * Who is anonymous, and since when nothing has been heard of them.
 *
 * 1. A customer is anonymous until an event of theirs bore a `userId`, and never again.
 * 2. Heard of means that an event of theirs was applied, at the stream time of that.
 * 3. The ordinal of an anonymous customer has one entry in the queue, at the instant at which they
 *    were last heard of or before it: so hearing costs one write, and who comes first is looked at
 *    again. An entry of one who is gone serves the next customer of that ordinal.
 * 4. The queue is derived: a restore builds it anew. Whose turn it is does not hang on how it was
 *    built: those of one instant come by ordinal.
 */
export class Anonymous {
  /** Per ordinal: 1 for one who is. */
  #is = new Column(Uint8Array);
  #heardAt = new Column(Float64Array);
  readonly #queue = new OrdinalHeap();
  /** Per ordinal: 1 where it has an entry. */
  readonly #isQueued = new Column(Uint8Array);

  has(ordinal: number): boolean {
    return this.#is.get(ordinal) === 1;
  }

  /** When an anonymous customer was last heard of, in stream time. */
  heardAt(ordinal: number): EpochMs {
    return this.#heardAt.get(ordinal);
  }

  /** @param now stream time, before which nobody will be heard of any more */
  add(ordinal: number, heardAt: EpochMs, now = heardAt): void {
    this.#is.set(ordinal, 1);
    this.#heardAt.set(ordinal, heardAt);
    if (this.#isQueued.get(ordinal) === 0) this.#enter(ordinal, now);
  }

  /** An event of a customer was applied. @param isAnonymous it bore no `userId` */
  hear(ordinal: number, isAnonymous: boolean, at: EpochMs): void {
    if (!this.has(ordinal)) return;
    if (isAnonymous) this.#heardAt.set(ordinal, at);
    else this.delete(ordinal);
  }

  /** The customer has a `userId`, or is gone. */
  delete(ordinal: number): void {
    this.#is.set(ordinal, 0);
  }

  /** An instant at which or after which the next one was last heard of; NEVER without one. */
  get nextAt(): EpochMs {
    return this.#queue.firstAt;
  }

  /**
   * Looks at whose turn it is; there must be one.
   *
   * @param now as of when
   * @returns an anonymous customer who was last heard of at `nextAt`; undefined: look again
   */
  takeNext(now: EpochMs): number | undefined {
    const at = this.#queue.firstAt;
    const ordinal = this.#queue.take();
    this.#isQueued.set(ordinal, 0);
    if (!this.has(ordinal)) return undefined;
    if (this.heardAt(ordinal) <= at) return ordinal;
    this.#enter(ordinal, now);
    return undefined;
  }

  #enter(ordinal: number, now: EpochMs): void {
    this.#isQueued.set(ordinal, 1);
    this.#queue.add(Math.min(this.heardAt(ordinal), now), ordinal);
  }

  bytesUsed(): number {
    const perOrdinal = this.#is.bytesUsed() + this.#heardAt.bytesUsed();
    return perOrdinal + this.#isQueued.bytesUsed() + this.#queue.bytesUsed();
  }

  toSections(): Sections {
    return new Map([
      ['anonymous', this.#is.toBytes()],
      ['anonymous.heard', this.#heardAt.toBytes()],
    ]);
  }

  /** @param known all customers */
  static fromSections(known: Bitmap, section: (name: string) => Uint8Array): Anonymous {
    const anonymous = new Anonymous();
    anonymous.#is = Column.fromBytes(Uint8Array, section('anonymous'));
    anonymous.#heardAt = Column.fromBytes(Float64Array, section('anonymous.heard'));
    for (const ordinal of known.ordinals()) {
      if (anonymous.has(ordinal)) anonymous.#enter(ordinal, anonymous.heardAt(ordinal));
    }
    return anonymous;
  }
}
