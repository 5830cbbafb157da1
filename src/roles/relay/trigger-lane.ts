import { assert } from '../../base/assert.ts';
import type { Trigger } from '../../wire/trigger.ts';
import type { Appended, AppendOptions, Log } from '../ports/log.ts';
import { signalOnce } from './signal-once.ts';

/*
 * Appends triggers to `shoal-triggers`, many under way at a time.
 *
 * 1. The first is stored only behind the end that was looked at, each further one only right behind
 *    the one before it, which it knows by its name: what stands there may be another relay's, who
 *    reads the partitions in another order. When one is not stored, none after it is. So the stream
 *    has no hole and nothing twice, even while two relays run.
 * 2. After the first that may not have been stored nothing more is appended: the next lane begins
 *    with what is there.
 */

/** Enough to keep NATS busy, and little to look at again after a doubt. */
const UNDER_WAY_MAX = 2_000;
const BYTES_UNDER_WAY_MAX = 8 * 1024 * 1024;

export interface LaneParts {
  readonly log: Log;
  /** No other lane has the same. */
  readonly name: string;
  /** The sequence of the stream's last message. */
  readonly end: number;
  /** Told once, of the first that may not have been stored. */
  readonly onDoubt: (outcome: Exclude<Appended['kind'], 'stored'>) => void;
  readonly onFailure: (error: unknown) => void;
}

export class TriggerLane {
  readonly #parts: LaneParts;
  #handed: number;
  #stored: number;
  #bytes = 0;
  #isBroken = false;
  /** Resolved whenever an append has ended. */
  #ended = signalOnce();

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#handed = parts.end;
    this.#stored = parts.end;
  }

  /** The sequence of the last trigger that was handed over. */
  get handed(): number {
    return this.#handed;
  }

  /** The sequence of the last trigger that is stored, with all before it. */
  get stored(): number {
    return this.#stored;
  }

  get hasRoom(): boolean {
    const isFull =
      this.#handed - this.#stored >= UNDER_WAY_MAX || this.#bytes >= BYTES_UNDER_WAY_MAX;
    return this.#isBroken || !isFull;
  }

  /** Resolves when there may be room. */
  ended(): Promise<void> {
    return this.#ended.promise;
  }

  put(trigger: Trigger): void {
    // Counted in any case: what a broken lane was handed is never stored.
    this.#handed += 1;
    if (this.#isBroken) return;
    void this.#append(trigger, this.#handed);
  }

  /** Resolves when all that was handed over is stored, or the first is in doubt. */
  async settled(): Promise<void> {
    while (!this.#isBroken && this.#stored < this.#handed) await this.ended();
  }

  /** Appends nothing more. */
  close(): void {
    this.#isBroken = true;
    this.#tell();
  }

  async #append({ subject, headers, body }: Trigger, sequence: number): Promise<void> {
    this.#bytes += body.length;
    try {
      const options = { headers, id: this.#idOf(sequence), ...this.#expectationOf(sequence) };
      this.#take(await this.#parts.log.append(subject, body, options), sequence);
    } catch (error) {
      this.#isBroken = true;
      this.#parts.onFailure(error);
    }
    this.#bytes -= body.length;
    this.#tell();
  }

  #idOf(sequence: number): string {
    return `${this.#parts.name}-${sequence}`;
  }

  #expectationOf(sequence: number): AppendOptions {
    const before = sequence - 1;
    return before === this.#parts.end
      ? { expectedStreamSequence: before }
      : { expectedLastId: this.#idOf(before) };
  }

  #take(outcome: Appended, sequence: number): void {
    if (outcome.kind === 'stored') {
      assert(outcome.sequence === sequence, 'a trigger is stored where it was expected to be');
      this.#stored = Math.max(this.#stored, sequence);
    } else if (!this.#isBroken) {
      this.#isBroken = true;
      this.#parts.onDoubt(outcome.kind);
    }
  }

  #tell(): void {
    const { resolve } = this.#ended;
    this.#ended = signalOnce();
    resolve();
  }
}
