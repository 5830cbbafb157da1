import type { EpochMs } from '../../../base/time.ts';

/*
 * Chooses which events are looked at: every so-many-eth, so that about as many a second are looked
 * at however many come. One serves all partitions of an owner.
 */

/** Of one owner. */
const LOOKS_PER_SECOND = 200;

export class Sampler {
  #secondEndsAt = 0;
  #passed = 0;
  #taken = 0;
  /** Every so-manieth is taken. */
  #stride = 1;
  #untilNext = 1;

  /** To be told the time now and then: at every message. */
  beat(now: EpochMs): void {
    // A clock that was set back begins another second.
    if (now < this.#secondEndsAt && now >= this.#secondEndsAt - 1_000) return;
    this.#secondEndsAt = now + 1_000;
    this.#stride = Math.max(1, Math.ceil(this.#passed / LOOKS_PER_SECOND));
    this.#untilNext = Math.min(this.#untilNext, this.#stride);
    this.#passed = 0;
    this.#taken = 0;
  }

  /** To be asked at every event. @returns whether it is to be looked at */
  takes(): boolean {
    this.#passed += 1;
    this.#untilNext -= 1;
    if (this.#untilNext > 0) return false;
    this.#untilNext = this.#stride;
    // A second that brings more than the one before has no more looks than that one.
    if (this.#taken >= LOOKS_PER_SECOND) return false;
    this.#taken += 1;
    return true;
  }
}
