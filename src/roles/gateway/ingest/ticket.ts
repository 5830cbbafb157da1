import type { Receipt } from './lane.ts';

/** Waits for all events of a request, whichever lanes they went to. */
export class Ticket implements Receipt {
  #missing: number;
  #failure: Error | undefined;
  #resolve: (failure: Error | undefined) => void = () => undefined;
  /** Resolves when each is stored, or else with why one is not; the others may be. */
  readonly settled: Promise<Error | undefined>;

  /** @param events how many there are, at least 1 */
  constructor(events: number) {
    this.#missing = events;
    this.settled = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  settle(failure: Error | undefined): void {
    this.#failure ??= failure;
    this.#missing--;
    if (this.#missing === 0) this.#resolve(this.#failure);
  }
}
