import { ShoalError } from '../../../base/error.ts';
import type { DurationMs, EpochMs } from '../../../base/time.ts';
import type { CustomerEvent } from '../../../rules/event.ts';
import { BATCH_EVENTS_MAX } from '../../../wire/frame.ts';
import { FrameWriter } from '../../../wire/packing/frame-writer.ts';
import type { Shapes } from '../../../wire/packing/shapes.ts';
import { encodeTick, encodeWritten, type Encoded } from '../../../wire/log-codec.ts';
import type { Stamp } from '../../../wire/log-message.ts';
import { eventsSubject } from '../../../wire/subject.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Appended, Log } from '../../ports/log.ts';

/** What all lanes of a sender share. */
export interface LaneSettings {
  readonly log: Pick<Log, 'append'>;
  readonly clock: Clock;
  /** Names one boot of one sender, or the content of a file. */
  readonly producer: string;
  /** The sender's clock that a batch bears. @param latestAt the latest event time in it */
  readonly sentAt: (latestAt: EpochMs) => EpochMs;
  readonly history?: boolean | undefined;
  /** How long a message is repeated before the lane gives up. */
  readonly patienceMs: DurationMs;
  /** What all lanes know of the events: theirs are alike. */
  readonly shapes?: Shapes | undefined;
}

/** Whoever waits for an event to be stored. */
export interface Receipt {
  /** @param failure undefined: the event is stored; else it may be */
  settle(failure: Error | undefined): void;
}

interface Message {
  readonly encoded: Encoded;
  /** One for each event that somebody waits for. */
  readonly receipts: readonly Receipt[];
}

/** NATS takes messages of at most 1 MiB. */
const BODY_BYTES_MAX = 512 * 1024;
const REPEAT_AFTER_MS: DurationMs = 200;

/**
 * Sends to one partition.
 *
 * 1. Messages are numbered n = 1, 2, … in the order in which they were cut, without a gap.
 * 2. One message is in doubt at a time: the next is sent when the one before is stored, so repeats
 *    change nothing about the order.
 * 3. A repeat bears the same n, so that it counts once even when the first had landed.
 * 4. After `patienceMs` the lane gives up all that it holds, and tells whoever waits. What is added
 *    later is tried anew.
 */
export class Lane {
  readonly #settings: LaneSettings;
  readonly #subject: string;
  readonly #queue: Message[] = [];
  readonly #writer: FrameWriter;
  #latestAt: EpochMs = 0;
  #receipts: Receipt[] = [];
  #n = 0;
  #sending: Promise<void> | undefined;
  #giveUpAt: EpochMs = 0;
  /** What the log has answered last to the message in doubt. */
  #answered: Appended['kind'] = 'unknown';

  constructor(partition: number, settings: LaneSettings) {
    this.#settings = settings;
    this.#subject = eventsSubject(partition);
    this.#writer = new FrameWriter(BODY_BYTES_MAX, settings.shapes);
  }

  /** Messages that are stored. */
  stored = 0;
  /** Why the lane has given up; undefined again when a message has been stored. */
  failure: Error | undefined;

  /** Messages that are cut and not stored yet. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Adds to a batch, which is cut when it is full. */
  add(event: CustomerEvent, receipt?: Receipt): void {
    if (!this.#writer.add(event)) {
      this.cut();
      this.#writer.add(event);
    }
    this.#latestAt = Math.max(this.#latestAt, event.at);
    if (receipt !== undefined) this.#receipts.push(receipt);
    if (this.#writer.count === BATCH_EVENTS_MAX) this.cut();
  }

  /** Sends what was added, though it fills no batch. */
  cut(): void {
    if (this.#writer.count === 0) return;
    const { sentAt, history = false } = this.#settings;
    const meta = { stamp: this.#takeStamp(), sentAt: sentAt(this.#latestAt), history };
    const encoded = encodeWritten(this.#writer.take(), meta);
    this.#queue.push({ encoded, receipts: this.#receipts });
    this.#latestAt = 0;
    this.#receipts = [];
    this.#send();
  }

  tick(sentAt: EpochMs): void {
    this.cut();
    this.#queue.push({ encoded: encodeTick({ stamp: this.#takeStamp(), sentAt }), receipts: [] });
    this.#send();
  }

  /** Whether a message has been in doubt for longer than the lane's patience. */
  isStuck(now: EpochMs): boolean {
    return this.#queue.length > 0 && now >= this.#giveUpAt;
  }

  /** Gives up already now, though the log's answer is still awaited. */
  giveUp(): void {
    this.#giveUp(notStored(this.#subject, this.#answered));
  }

  /** Resolves when all that was cut is stored or given up. */
  async settled(): Promise<void> {
    await this.#sending;
  }

  #takeStamp(): Stamp {
    this.#n++;
    return { producer: this.#settings.producer, n: this.#n };
  }

  #send(): void {
    this.#sending ??= this.#sendAll();
  }

  /** Never rejects. */
  async #sendAll(): Promise<void> {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      this.#giveUpAt = this.#settings.clock.now() + this.#settings.patienceMs;
      this.#answered = 'unknown';
      const failure = await this.#store(next.encoded).catch(asError);
      if (this.#queue[0] !== next) continue;
      if (failure !== undefined) {
        this.#giveUp(failure);
        continue;
      }
      this.#queue.shift();
      this.stored++;
      this.failure = undefined;
      for (const receipt of next.receipts) receipt.settle(undefined);
    }
    this.#sending = undefined;
  }

  async #store({ headers, body }: Encoded): Promise<Error | undefined> {
    const { log, clock } = this.#settings;
    for (let isRepeat = false; ; isRepeat = true) {
      const { kind } = await log.append(this.#subject, body, { headers });
      if (kind === 'stored') {
        // What was sent before may still wait in the connection.
        if (!isRepeat) this.#writer.giveBack(body);
        return undefined;
      }
      this.#answered = kind;
      if (clock.now() >= this.#giveUpAt) return notStored(this.#subject, kind);
      await clock.sleep(REPEAT_AFTER_MS);
    }
  }

  #giveUp(failure: Error): void {
    this.failure = failure;
    const receipts = [...this.#queue.flatMap((message) => message.receipts), ...this.#receipts];
    this.#queue.length = 0;
    this.#writer.take();
    this.#receipts = [];
    for (const receipt of receipts) receipt.settle(failure);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function notStored(subject: string, kind: Appended['kind']): ShoalError {
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
    hint: 'when NATS is back, send it again: history, and what has a messageId, counts once',
  });
}
