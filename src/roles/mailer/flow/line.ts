import type { DurationMs, EpochMs } from '../../../base/time.ts';
import type { Clock } from '../../ports/clock.ts';

/** So many in a row, and the server is away rather than choosy. */
const MISSES_MAX = 3;
const FIRST_PAUSE_MS: DurationMs = 1_000;
const LONGEST_PAUSE_MS: DurationMs = 30_000;

/**
 * Whether the mail server can be reached. When it greets nobody any more, letters wait together
 * instead of trying one by one: it has enough to do when it comes back, and so has the log.
 */
export class Line {
  readonly #clock: Clock;
  #misses = 0;
  #upAt: EpochMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** For how long nobody should try, ms; 0: try. */
  get downMs(): DurationMs {
    return Math.max(0, this.#upAt - this.#clock.now());
  }

  /** How a try has gone: whether the server has greeted. */
  note(hasGreeted: boolean): void {
    if (hasGreeted) {
      this.#misses = 0;
      return;
    }
    this.#misses += 1;
    const over = this.#misses - MISSES_MAX;
    if (over < 0 || this.downMs > 0) return;
    this.#upAt = this.#clock.now() + Math.min(FIRST_PAUSE_MS * 2 ** over, LONGEST_PAUSE_MS);
  }
}
