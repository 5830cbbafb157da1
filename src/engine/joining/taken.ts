/**
 * How much of what was kept of an alias a customer has taken in, so that nothing counts twice: what
 * new definitions ask for comes behind the rest, in parcels of its own.
 */
export class Taken {
  readonly #takeOut: string;
  readonly #counts: Map<number, number>;

  /**
   * @param takeOut which time that the alias was taken out where it lived
   * @param text of what was taken in last; of another time, or empty: nothing was
   */
  constructor(takeOut: string, text: string) {
    this.#takeOut = takeOut;
    // What is read here was written by `toText`.
    const kept = text === '' ? undefined : (JSON.parse(text) as Kept);
    this.#counts = new Map(kept?.takeOut === takeOut ? kept.counts : []);
  }

  /** How much of something has been taken in; 0 at first. */
  of(part: number): number {
    return this.#counts.get(part) ?? 0;
  }

  set(part: number, count: number): void {
    this.#counts.set(part, count);
  }

  toText(): string {
    const kept: Kept = { takeOut: this.#takeOut, counts: [...this.#counts] };
    return JSON.stringify(kept);
  }
}

interface Kept {
  readonly takeOut: string;
  readonly counts: readonly (readonly [number, number])[];
}
