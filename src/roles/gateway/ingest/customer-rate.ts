import { fnv1a32 } from '../../../base/hash.ts';
import { SECOND_MS, type EpochMs } from '../../../base/time.ts';

/** So few that they lie in the processor's caches. */
const PLACES_BITS = 14;

/**
 * How many events of each customer came in this second: an estimate that is never too low, in
 * memory that does not grow. Those who share one of the places share its limit.
 */
export class CustomerRate {
  readonly #perSecond: number;
  /** Nobody outside knows it, so nobody can choose an id that shares somebody's place. */
  readonly #basis: number;
  readonly #counts = new Uint32Array(1 << PLACES_BITS);
  #second = 0;

  /** @param salt 32 bits by chance */
  constructor(perSecond: number, salt: number) {
    this.#perSecond = perSecond;
    this.#basis = salt;
  }

  /** Whether one more event of the customer may come in, which it does then. */
  admits(customer: string, now: EpochMs): boolean {
    const second = Math.floor(now / SECOND_MS);
    if (second !== this.#second) {
      this.#second = second;
      this.#counts.fill(0);
    }
    const place = fnv1a32(customer, this.#basis) >>> (32 - PLACES_BITS);
    const count = (this.#counts[place] ?? 0) + 1;
    if (count > this.#perSecond) return false;
    this.#counts[place] = count;
    return true;
  }
}
