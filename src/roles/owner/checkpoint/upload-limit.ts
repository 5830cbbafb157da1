import type { Clock } from '../../ports/clock.ts';

/** How much may be sent at once after a rest, ms of the limit. */
const BURST_MS = 250;

/** Keeps what an owner sends to the store below a limit, so that others get their share of it. */
export class UploadLimit {
  readonly #clock: Clock;
  readonly #bytesPerMs: number;
  /** When all that was taken so far is within the limit, ms since the epoch. */
  #paidAt = 0;

  constructor(clock: Clock, bytesPerSecondMax: number) {
    this.#clock = clock;
    this.#bytesPerMs = bytesPerSecondMax / 1_000;
  }

  /**
   * Resolves when so many bytes may be sent.
   *
   * @throws the signal's reason when it is aborted
   */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    this.#paidAt = Math.max(this.#paidAt, now - BURST_MS) + bytes / this.#bytesPerMs;
    if (this.#paidAt > now) await this.#clock.sleep(this.#paidAt - now, signal);
  }
}
