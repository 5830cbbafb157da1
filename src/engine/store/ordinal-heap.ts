import { NEVER, type EpochMs } from '../../base/time.ts';
import { Column } from './column.ts';

/** Ordinals by instant; those of one instant ascend. */
export class OrdinalHeap {
  readonly #ats = new Column(Float64Array);
  readonly #ordinals = new Column(Uint32Array);
  #size = 0;

  /** The first instant; NEVER without one. */
  get firstAt(): EpochMs {
    return this.#size === 0 ? NEVER : this.#ats.get(0);
  }

  add(at: EpochMs, ordinal: number): void {
    let place = this.#size++;
    while (place > 0) {
      const parent = (place - 1) >>> 1;
      if (!this.#isBefore(at, ordinal, parent)) break;
      this.#put(place, this.#ats.get(parent), this.#ordinals.get(parent));
      place = parent;
    }
    this.#put(place, at, ordinal);
  }

  /** Takes out the first; there must be one. @returns its ordinal */
  take(): number {
    const first = this.#ordinals.get(0);
    const size = --this.#size;
    if (size > 0) this.#sink(this.#ats.get(size), this.#ordinals.get(size));
    return first;
  }

  /** Puts an entry in the place of the first, and down from there. */
  #sink(at: EpochMs, ordinal: number): void {
    let place = 0;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= this.#size) break;
      const right = child + 1;
      if (right < this.#size) {
        const isRight = this.#isBefore(this.#ats.get(right), this.#ordinals.get(right), child);
        if (isRight) child = right;
      }
      if (this.#isBefore(at, ordinal, child)) break;
      this.#put(place, this.#ats.get(child), this.#ordinals.get(child));
      place = child;
    }
    this.#put(place, at, ordinal);
  }

  #isBefore(at: EpochMs, ordinal: number, place: number): boolean {
    const otherAt = this.#ats.get(place);
    return at < otherAt || (at === otherAt && ordinal < this.#ordinals.get(place));
  }

  #put(place: number, at: EpochMs, ordinal: number): void {
    this.#ats.set(place, at);
    this.#ordinals.set(place, ordinal);
  }

  bytesUsed(): number {
    return this.#ats.bytesUsed() + this.#ordinals.bytesUsed();
  }
}
