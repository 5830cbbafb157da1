import type { CustomerId } from '../../../base/id.ts';
import { Slots } from './slots.ts';

/*
 * The letters of one partition that are under way, and how far the partition has been dealt with.
 *
 * 1. The letters of one customer are dealt with one after the other, in the order of the log; those
 *    of different customers side by side.
 * 2. The position is that of the last record before the oldest one with a letter under way, so a
 *    restart reads every letter again that has no end yet.
 * 3. At most so many letters are under way: who has more to hand over waits, and so the log does.
 */

/** A letter that waits for its next try holds up so many others at most, and not one before. */
const UNDER_WAY_MAX = 256;

interface Piece {
  readonly sequence: number;
  /** Letters under way; the reading of the record itself counts as one. */
  left: number;
}

export class Lane {
  readonly #room = new Slots(UNDER_WAY_MAX);
  readonly #onProgress: () => void;
  readonly #onFailure: (error: unknown) => void;
  readonly #pieces: Piece[] = [];
  readonly #tails = new Map<CustomerId, Promise<void>>();
  #position: number;

  /** @param onFailure told what a letter fails with; the position stays before it for good */
  constructor(position: number, onProgress: () => void, onFailure: (error: unknown) => void) {
    this.#position = position;
    this.#onProgress = onProgress;
    this.#onFailure = onFailure;
  }

  /** Sequence of the last record that is dealt with, as all before it are. */
  get position(): number {
    return this.#position;
  }

  /** Begins the next record. @returns what to call when all of its letters have been started */
  begin(sequence: number): { start: Start; end: () => void } {
    const piece: Piece = { sequence, left: 1 };
    this.#pieces.push(piece);
    return {
      start: (customer, run) => this.#start(piece, customer, run),
      end: () => this.#finish(piece),
    };
  }

  /** Resolves when nothing is under way. */
  async drained(): Promise<void> {
    await Promise.all(this.#tails.values());
  }

  async #start(piece: Piece, customer: CustomerId, run: () => Promise<void>): Promise<void> {
    await this.#room.take();
    piece.left += 1;
    const before = this.#tails.get(customer) ?? Promise.resolve();
    const tail = before.then(run).then(
      () => this.#finish(piece),
      (error: unknown) => this.#onFailure(error),
    );
    const done = tail.then(() => {
      this.#room.give();
      if (this.#tails.get(customer) === done) this.#tails.delete(customer);
    });
    this.#tails.set(customer, done);
  }

  #finish(piece: Piece): void {
    piece.left -= 1;
    const before = this.#position;
    for (let [first] = this.#pieces; first?.left === 0; [first] = this.#pieces) {
      this.#position = first.sequence;
      this.#pieces.shift();
    }
    if (this.#position !== before) this.#onProgress();
  }
}

/** Starts a letter as soon as there is room; returns when it has been started. */
export type Start = (customer: CustomerId, run: () => Promise<void>) => Promise<void>;
