import { assert } from '../../../base/assert.ts';
import { ShoalError } from '../../../base/error.ts';
import type { Output } from '../../../engine/numbering.ts';
import { transitionsSubject } from '../../../wire/subject.ts';
import {
  encodeRecord,
  RECORD_BYTES_MAX,
  RECORD_HEADERS,
  RECORD_ITEMS_MAX,
  type TransitionRecord,
} from '../../../wire/transition-record.ts';
import { lastRecord, type Claimed } from './claim.ts';
import type { OwnerFigures } from '../figures.ts';
import type { OwnerWorld } from '../world.ts';

/*
 * Publishes a partition's outputs (durability: "Output: numbers, chain, fence").
 *
 * 1. Numbers are contiguous: each output's is one above the one before it.
 * 2. One record is under way at a time, each behind the record before it: compare and set.
 * 3. An outcome that is unknown is never repeated blindly. The subject's last record decides: mine:
 *    done; unchanged: once more; another's: this owner is fenced off and ends.
 */

/** Applying waits when more outputs than this have not been published. */
const WAITING_MAX = 50_000;
const AGAIN_MS = 100;
const FULL_MS = 1_000;

interface Waiting {
  readonly output: Output;
  /** Sequence of the log message that it follows from. */
  readonly source: number;
}

interface Waiter {
  readonly n: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export class PublishLane {
  readonly #world: OwnerWorld;
  readonly #figures: OwnerFigures;
  readonly #partition: number;
  readonly #epoch: number;
  readonly #signal: AbortSignal;
  readonly #onFailure: (error: unknown) => void;
  #sequence: number;
  #publishedN: number;
  #queue: Waiting[] = [];
  #head = 0;
  #isRunning = false;
  #waiters: Waiter[] = [];

  /** @param onFailure called once, when the lane ends: `fenced`, or a bug */
  constructor(
    place: {
      readonly world: OwnerWorld;
      readonly figures: OwnerFigures;
      readonly partition: number;
    },
    claimed: Claimed,
    signal: AbortSignal,
    onFailure: (error: unknown) => void,
  ) {
    this.#world = place.world;
    this.#figures = place.figures;
    this.#partition = place.partition;
    this.#epoch = claimed.epoch;
    this.#sequence = claimed.sequence;
    this.#publishedN = claimed.n;
    this.#signal = signal;
    this.#onFailure = onFailure;
    signal.addEventListener('abort', () => {
      for (const waiter of this.#waiters.splice(0)) waiter.reject(signal.reason);
    });
  }

  /** Sequence of the last record. */
  get sequence(): number {
    return this.#sequence;
  }

  /** How many outputs have not been published yet. */
  get waiting(): number {
    return this.#queue.length - this.#head;
  }

  get isFull(): boolean {
    return this.waiting > WAITING_MAX;
  }

  enqueue(outputs: readonly Output[], source: number): void {
    for (const output of outputs) {
      assert(output.n === this.#publishedN + this.waiting + 1, 'numbers of outputs are contiguous');
      this.#queue.push({ output, source });
    }
    if (!this.#isRunning && this.waiting > 0) void this.#run();
  }

  /** Resolves when half of the room is there again. */
  room(): Promise<void> {
    return this.published(this.#publishedN + this.waiting - WAITING_MAX / 2);
  }

  /** Resolves when all that was enqueued has been published. */
  drained(): Promise<void> {
    return this.published(this.#publishedN + this.waiting);
  }

  /**
   * Resolves when the number has been published.
   *
   * @throws the signal's reason when it is aborted
   */
  async published(n: number): Promise<void> {
    if (n <= this.#publishedN) return;
    this.#signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => this.#waiters.push({ n, resolve, reject }));
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (this.waiting > 0) await this.#publish(this.#nextRecord());
      this.#isRunning = false;
    } catch (error) {
      // `#isRunning` stays: nothing is published behind a failure.
      this.#onFailure(error);
    }
  }

  async #publish({ record, body }: { record: TransitionRecord; body: Uint8Array }): Promise<void> {
    for (;;) {
      this.#signal.throwIfAborted();
      const outcome = await this.#world.log.append(transitionsSubject(this.#partition), body, {
        headers: RECORD_HEADERS,
        expectedLastSequence: this.#sequence,
      });
      if (outcome.kind === 'stored') return this.#stored(record, outcome.sequence);
      if (outcome.kind === 'full') {
        this.#world.logger.error('transitions do not fit any more', { partition: this.#partition });
        await this.#world.clock.sleep(FULL_MS, this.#signal);
        continue;
      }
      const last = await lastRecord(this.#world, this.#partition, this.#signal);
      const sequence = last?.message.sequence ?? 0;
      if (last !== undefined && isSame(last.record, record)) return this.#stored(record, sequence);
      if (sequence !== this.#sequence) throw this.#fenced(last?.record.epoch);
      await this.#world.clock.sleep(AGAIN_MS, this.#signal);
    }
  }

  #nextRecord(): { record: TransitionRecord; body: Uint8Array } {
    let count = Math.min(this.waiting, RECORD_ITEMS_MAX);
    for (;;) {
      const record = this.#recordOf(this.#queue.slice(this.#head, this.#head + count));
      const body = encodeRecord(record);
      if (body.length <= RECORD_BYTES_MAX || count === 1) return { record, body };
      count = Math.ceil(count / 2);
    }
  }

  #recordOf(waiting: readonly Waiting[]): TransitionRecord {
    const [first, last] = [waiting[0], waiting.at(-1)];
    assert(first !== undefined && last !== undefined, 'a record has items');
    return {
      kind: 'batch',
      epoch: this.#epoch,
      from: first.output.n,
      to: last.output.n,
      items: waiting.map(({ output }) => output.effect),
      chain: last.output.chain,
      source: last.source,
    };
  }

  #stored(record: TransitionRecord, sequence: number): void {
    this.#sequence = sequence;
    this.#publishedN = record.to;
    this.#head += record.items.length;
    if (this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    this.#figures.published.add(record.items.length, { partition: this.#partition });
    const done = this.#waiters.filter((waiter) => waiter.n <= record.to);
    if (done.length > 0) this.#waiters = this.#waiters.filter((waiter) => waiter.n > record.to);
    for (const waiter of done) waiter.resolve();
  }

  #fenced(epoch: number | undefined): ShoalError {
    return fenced(
      this.#partition,
      `a record of epoch ${epoch ?? 0} stands behind those of ${this.#epoch}`,
    );
  }
}

/** Epochs belong to one owner each, so a record of mine with this number is this record. */
function isSame(a: TransitionRecord, b: TransitionRecord): boolean {
  return a.epoch === b.epoch && a.kind === b.kind && a.to === b.to && a.chain === b.chain;
}

export function fenced(partition: number, what: string): ShoalError {
  return new ShoalError({
    code: 'fenced',
    remedy: 'stop',
    message: `another owner has taken over partition ${partition}: ${what}`,
    where: `partition ${partition}`,
    hint: 'nothing is lost: the other owner goes on; run one owner for each partition',
  });
}
