import { assert } from '../../../base/assert.ts';
import type { Output } from '../../../engine/numbering.ts';
import { RECORD_ITEMS_MAX } from '../../../wire/transition-record.ts';
import type { OwnerFigures } from '../figures.ts';
import { MARK_AFTER_MS } from '../protocol.ts';
import type { OwnerWorld } from '../world.ts';
import { nextBatch, SourceCount, type Batch, type MessagePlace, type Sourced } from './batch.ts';
import { emptyRecord, toldBy, type Claimed, type Told } from './claim.ts';
import type { Outbox } from './outbox.ts';
import type { RecordWriter } from './record-writer.ts';

/*
 * Publishes a partition's outputs (durability: "Output: numbers, chain, fence").
 *
 * 1. Numbers are contiguous: each output's is one above the one before it.
 * 2. What has been published, now or before a restart, is kept in the outbox for a while.
 * 3. An idle partition writes a mark now and then, so that its last record never expires.
 */

/** Applying waits when more outputs than this have not been published. */
const WAITING_MAX = 50_000;

interface Waiter {
  readonly n: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export interface LanePlace {
  readonly world: OwnerWorld;
  readonly figures: OwnerFigures;
  readonly partition: number;
  readonly writer: RecordWriter;
  readonly outbox: Outbox;
  readonly signal: AbortSignal;
  /** Called once, when the lane ends: `fenced`, or a bug. */
  readonly onFailure: (error: unknown) => void;
}

export class PublishLane {
  readonly #place: LanePlace;
  readonly #epoch: number;
  readonly #count: SourceCount;
  #told: Told;
  #queue: Sourced[] = [];
  #head = 0;
  #isRunning = false;
  #waiters: Waiter[] = [];

  constructor(place: LanePlace, claimed: Claimed) {
    this.#place = place;
    this.#epoch = claimed.epoch;
    this.#told = claimed;
    this.#count = new SourceCount(claimed);
    place.signal.addEventListener('abort', () => {
      for (const waiter of this.#waiters.splice(0)) waiter.reject(place.signal.reason);
    });
  }

  /** Sequence of the last record. */
  get sequence(): number {
    return this.#place.writer.sequence;
  }

  /** How many outputs have not been published yet. */
  get waiting(): number {
    return this.#queue.length - this.#head;
  }

  get isFull(): boolean {
    return this.waiting > WAITING_MAX;
  }

  enqueue(outputs: readonly Output[], from: MessagePlace): void {
    for (const output of outputs) {
      assert(output.n === this.#told.n + this.waiting + 1, 'numbers of outputs are contiguous');
      this.#queue.push(this.#count.next(output, from));
    }
    if (!this.#isRunning && this.waiting > 0) void this.#run();
  }

  /** Keeps what came up again and has been published before, as if it had been published now. */
  keep(outputs: readonly Output[], { sequence, storedAt }: MessagePlace): void {
    const from = { source: sequence, sourceAt: storedAt, sourceItems: 0 };
    let rest = outputs.map((output): Sourced => ({ ...from, output }));
    while (rest.length > 0) {
      const batch = nextBatch(this.#epoch, rest);
      this.#keep(batch);
      rest = rest.slice(batch.record.items.length);
    }
  }

  /** Resolves when half of the room is there again. */
  room(): Promise<void> {
    return this.published(this.#told.n + this.waiting - WAITING_MAX / 2);
  }

  /** Resolves when all that was enqueued has been published. */
  drained(): Promise<void> {
    return this.published(this.#told.n + this.waiting);
  }

  /**
   * Resolves when the number has been published.
   *
   * @throws the signal's reason when it is aborted
   */
  async published(n: number): Promise<void> {
    if (n <= this.#told.n) return;
    this.#place.signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => this.#waiters.push({ n, resolve, reject }));
  }

  /** Writes a mark when nothing was written for long. To be called now and then. */
  markWhenDue(): void {
    const { writer, world } = this.#place;
    if (this.#isRunning || world.clock.now() - writer.writtenAt < MARK_AFTER_MS) return;
    void this.#run(emptyRecord('mark', this.#epoch, this.#told));
  }

  async #run(mark?: ReturnType<typeof emptyRecord>): Promise<void> {
    this.#isRunning = true;
    try {
      if (mark !== undefined) await this.#place.writer.write(mark);
      while (this.waiting > 0) await this.#publish();
      this.#isRunning = false;
    } catch (error) {
      // `#isRunning` stays: nothing is published behind a failure.
      this.#place.onFailure(error);
    }
  }

  async #publish(): Promise<void> {
    const batch = nextBatch(
      this.#epoch,
      this.#queue.slice(this.#head, this.#head + RECORD_ITEMS_MAX),
    );
    const { record, body } = batch;
    await this.#place.writer.write(record, body);
    this.#keep(batch);
    this.#told = toldBy(record);
    this.#head += record.items.length;
    if (this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    this.#place.figures.published.add(record.items.length, { partition: this.#place.partition });
    const done = this.#waiters.filter((waiter) => waiter.n <= record.to);
    if (done.length > 0) this.#waiters = this.#waiters.filter((waiter) => waiter.n > record.to);
    for (const waiter of done) waiter.resolve();
  }

  #keep(batch: Batch): void {
    this.#place.outbox.add(batch, this.#place.world.clock.now());
  }
}
