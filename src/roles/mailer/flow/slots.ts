import type { DurationMs } from '../../../base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Patience } from './patience.ts';

/** So many at once; who comes later waits, first come, first served. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async use<T>(run: () => Promise<T>): Promise<T> {
    await this.take();
    try {
      return await run();
    } finally {
      this.give();
    }
  }

  async take(): Promise<void> {
    if (this.#free === 0) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#free -= 1;
  }

  give(): void {
    const next = this.#waiting.shift();
    // The slot goes from hand to hand, so that nobody new comes in between.
    if (next === undefined) this.#free += 1;
    else next();
  }
}

/** At most so many a second, evenly spread: a mail server takes a burst for an attack. */
export class Pace {
  readonly #clock: Clock;
  readonly #patience: Patience;
  readonly #intervalMs: DurationMs;
  #nextAt = 0;

  constructor(clock: Clock, patience: Patience, perSecond: number) {
    this.#clock = clock;
    this.#patience = patience;
    this.#intervalMs = 1_000 / perSecond;
  }

  /** Returns when it is one's turn. @throws Stopped */
  async turn(): Promise<void> {
    const now = this.#clock.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + this.#intervalMs;
    if (at - now >= 1) await this.#patience.sleep(at - now);
  }
}
