import { ShoalError } from '../../base/error.ts';
import type { EpochMs } from '../../base/time.ts';
import type { Clock } from '../../roles/ports/clock.ts';
import type { Log } from '../../roles/ports/log.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import { BATCH_EVENTS_MAX } from '../../wire/frame.ts';
import { encodeEvents, encodeTick, type Encoded } from '../../wire/log-codec.ts';
import { eventsSubject } from '../../wire/subject.ts';

/** What all lanes of a publisher share. */
export interface LaneSettings {
  readonly log: Pick<Log, 'append'>;
  readonly clock: Clock;
  /** Names one boot of one sender, or the content of a file. */
  readonly producer: string;
  /** The sender's clock that a batch bears. */
  readonly sentAt: (events: readonly CustomerEvent[]) => EpochMs;
  readonly history?: boolean | undefined;
  /** How long a message is repeated before the lane gives up, ms. */
  readonly patienceMs: number;
}

/** A body above this is cut in two: NATS takes messages of at most 1 MiB. */
const BODY_BYTES_MAX = 512 * 1024;
const REPEAT_AFTER_MS = 200;
const QUEUE_MAX = 4;

/**
 * Sends to one partition.
 *
 * 1. Messages are numbered n = 1, 2, … in the order in which they were added, without a gap.
 * 2. One message is in doubt at a time: the next is sent when the one before is stored, so repeats
 *    change nothing about the order.
 * 3. A repeat bears the same n, so that it counts once even when the first had landed.
 */
export class Lane {
  readonly #settings: LaneSettings;
  readonly #subject: string;
  readonly #queue: Encoded[] = [];
  #open: CustomerEvent[] = [];
  #n = 0;
  #sending: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(partition: number, settings: LaneSettings) {
    this.#settings = settings;
    this.#subject = eventsSubject(partition);
  }

  /** Messages that are stored. */
  stored = 0;

  /** @returns undefined, or what to wait for before more is added, since too much is queued */
  add(event: CustomerEvent): Promise<void> | undefined {
    this.#open.push(event);
    if (this.#open.length === BATCH_EVENTS_MAX) this.cut();
    return this.#queue.length < QUEUE_MAX ? undefined : this.settled();
  }

  /** Sends what was added, though it fills no batch. */
  cut(): void {
    if (this.#open.length === 0) return;
    this.#enqueueEvents(this.#open);
    this.#open = [];
    this.#send();
  }

  tick(sentAt: EpochMs): void {
    this.cut();
    this.#queue.push(encodeTick({ stamp: this.#nextStamp(), sentAt }));
    this.#send();
  }

  /**
   * Resolves when all that was cut is stored.
   *
   * @throws ShoalError `log-full`, `log-silent` (retry)
   */
  async settled(): Promise<void> {
    await this.#sending;
    if (this.#failure !== undefined) throw this.#failure;
  }

  #enqueueEvents(events: readonly CustomerEvent[]): void {
    const { producer, sentAt, history = false } = this.#settings;
    const stamp = { producer, n: this.#n + 1 };
    const encoded = encodeEvents(events, { stamp, sentAt: sentAt(events), history });
    if (encoded.body.length > BODY_BYTES_MAX && events.length > 1) {
      const half = events.length >> 1;
      this.#enqueueEvents(events.slice(0, half));
      this.#enqueueEvents(events.slice(half));
      return;
    }
    this.#nextStamp();
    this.#queue.push(encoded);
  }

  #nextStamp(): { producer: string; n: number } {
    this.#n++;
    return { producer: this.#settings.producer, n: this.#n };
  }

  #send(): void {
    this.#sending ??= this.#sendAll().catch((error: unknown) => {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    });
  }

  async #sendAll(): Promise<void> {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      await this.#store(next);
      this.#queue.shift();
      this.stored++;
    }
    this.#sending = undefined;
  }

  async #store({ headers, body }: Encoded): Promise<void> {
    const { log, clock, patienceMs } = this.#settings;
    const giveUpAt = clock.now() + patienceMs;
    for (;;) {
      const { kind } = await log.append(this.#subject, body, { headers });
      if (kind === 'stored') return;
      if (clock.now() >= giveUpAt) throw notStored(this.#subject, kind);
      await clock.sleep(REPEAT_AFTER_MS);
    }
  }
}

function notStored(subject: string, kind: 'conflict' | 'full' | 'unknown'): ShoalError {
  if (kind === 'full') {
    return new ShoalError({
      code: 'log-full',
      remedy: 'retry',
      message: `the log of "${subject}" is full`,
      hint: 'owners must catch up before more can be stored; is one running for every partition?',
    });
  }
  return new ShoalError({
    code: 'log-silent',
    remedy: 'retry',
    message: `NATS did not say that a batch for "${subject}" was stored`,
    hint: 'when NATS is back, send the rest again; with --history the whole file may be sent again',
  });
}
