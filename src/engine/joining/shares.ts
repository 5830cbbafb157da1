import { fnv1a32 } from '../../base/hash.ts';

/** In the place of a series: the recent orders and views. */
export const RECENT = 'recent';

/** How much of each series; of a list of instants the latest so many, else 1 for the whole. */
export class Share {
  readonly #counts: Map<string, number>;

  constructor(counts: Iterable<readonly [string, number]> = []) {
    this.#counts = new Map(counts);
  }

  /** 0 at first. */
  of(series: string): number {
    return this.#counts.get(keyOf(series)) ?? 0;
  }

  /** So much at least. */
  note(series: string, count: number): void {
    this.#raise(keyOf(series), count);
  }

  join(other: Share): void {
    for (const [key, count] of other.#counts) this.#raise(key, count);
  }

  #raise(key: string, count: number): void {
    this.#counts.set(key, Math.max(count, this.#counts.get(key) ?? 0));
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}

/**
 * How much of what was kept of an alias has been passed on, or taken in, each time that it was
 * taken out: so nothing counts twice when new definitions ask for more of it.
 */
export class Shares {
  /** By which time that the alias was taken out. */
  readonly #times: Map<string, Share>;

  /** @param text of what was noted before; empty: nothing was */
  constructor(text: string) {
    // What is read here was written by `toText`.
    const kept = text === '' ? {} : (JSON.parse(text) as Kept);
    this.#times = new Map(
      Object.entries(kept).map(([time, counts]) => [time, new Share(Object.entries(counts))]),
    );
  }

  at(takeOutId: string): Share {
    const share = this.#times.get(takeOutId) ?? new Share();
    this.#times.set(takeOutId, share);
    return share;
  }

  join(others: Shares): void {
    for (const [time, share] of others.#times) this.at(time).join(share);
  }

  toText(): string {
    return JSON.stringify(Object.fromEntries(this.#times));
  }
}

type Kept = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** A name as 64 bits: names are as long as rules. */
function keyOf(series: string): string {
  return `${fnv1a32(series).toString(36)}.${fnv1a32(series, SECOND_BASIS).toString(36)}`;
}

const SECOND_BASIS = 0x9e3779b9;
