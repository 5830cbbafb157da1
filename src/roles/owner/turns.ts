/**
 * How long a partition may apply before others get their turn and sockets are read, ms. A pause of
 * the event loop is a turn, what the sockets brought meanwhile, and the garbage of both.
 */
export const SLICE_MS = 10;

/**
 * Partitions share one thread: each waits for its turn, first come first served, and between two
 * turns the event loop reads its sockets and runs its timers.
 */
export class Turns {
  #waiting: (() => void)[] = [];

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) setImmediate(() => this.#give());
    });
  }

  #give(): void {
    const first = this.#waiting.shift();
    if (this.#waiting.length > 0) setImmediate(() => this.#give());
    first?.();
  }
}
