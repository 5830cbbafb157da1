import type { OnMessages, Reader, ReadOptions, StoredMessage } from '../../src/roles/ports/log.ts';
import type { Broker } from './broker.ts';
import type { SimProcess } from './process.ts';

export interface Reading {
  readonly stream: string;
  readonly fromSequence: number;
  readonly onMessages: OnMessages;
  readonly onFailure: (error: unknown) => void;
  readonly options: ReadOptions;
}

const BATCH_MAX = 20;
const REDELIVERED_MAX = 4;
const REOPEN_MS = 250;
/** Without a message it is looked whether the broker is still the same. */
const IDLE_MS = 500;

/**
 * Reads a simulated stream: small deliveries, now and then some of it again, begun anew when the
 * broker was away or when it is silent for too long.
 */
export class SimReader implements Reader {
  readonly #broker: Broker;
  readonly #process: SimProcess;
  readonly #reading: Reading;
  #next: number;
  /** Grows with each beginning: what belongs to an earlier one does nothing. */
  #session = 0;
  #heardAt = 0;
  #hasStopped = false;
  #isHandling = false;
  #onIdle: (() => void)[] = [];
  #brokerBoot = 0;

  constructor(broker: Broker, process: SimProcess, reading: Reading) {
    this.#broker = broker;
    this.#process = process;
    this.#reading = reading;
    this.#next = reading.fromSequence;
    this.#begin();
  }

  async stop(): Promise<void> {
    this.#hasStopped = true;
    this.#session++;
    if (this.#isHandling) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  #begin(): void {
    const session = ++this.#session;
    this.#heardAt = this.#process.place.scheduler.now;
    this.#brokerBoot = this.#broker.boot;
    const { onBegin } = this.#reading.options;
    const begun = onBegin === undefined ? Promise.resolve() : onBegin();
    this.#isHandling = true;
    begun
      .finally(() => this.#idle())
      .then(
        () => this.#look(session, 1),
        (error: unknown) => this.#fail(error),
      );
  }

  #look(session: number, delayMs: number): void {
    if (session !== this.#session) return;
    this.#process.enter(delayMs, () => {
      if (session !== this.#session) return;
      if (this.#broker.boot !== this.#brokerBoot || this.#isSilent()) return this.#reopen();
      const messages = this.#broker.isAway ? [] : this.#available();
      if (messages.length === 0) this.#await(session);
      else this.#deliver(messages, session);
    });
  }

  /** Looks again when there is something new, or after a while. */
  #await(session: number): void {
    const { random } = this.#process.place;
    let isOver = false;
    const look = (delayMs: number): void => {
      if (isOver) return;
      isOver = true;
      leave();
      cancel();
      this.#look(session, delayMs);
    };
    const leave = this.#broker.onNext(this.#reading.stream, () => look(random.between(1, 30)));
    const cancel = this.#process.enter(IDLE_MS, () => look(0));
  }

  #isSilent(): boolean {
    const { silenceMsMax = Number.POSITIVE_INFINITY } = this.#reading.options;
    return this.#process.place.scheduler.now - this.#heardAt > silenceMsMax;
  }

  /** Begins behind what was handed over, or a little before: a message may come again. */
  #reopen(): void {
    const session = ++this.#session;
    const { random, reached } = this.#process.place;
    if (random.chance(0.5)) {
      this.#next = Math.max(1, this.#next - random.between(1, REDELIVERED_MAX));
      reached.mark('a message was delivered twice');
    }
    this.#process.enter(REOPEN_MS, () => {
      if (session === this.#session) this.#begin();
    });
  }

  #available(): StoredMessage[] {
    const stream = this.#broker.find(this.#reading.stream);
    if (stream === undefined) return [];
    return stream.from(this.#next, this.#process.place.random.between(1, BATCH_MAX));
  }

  #deliver(messages: readonly StoredMessage[], session: number): void {
    this.#heardAt = this.#process.place.scheduler.now;
    const last = messages.at(-1)?.sequence ?? 0;
    this.#next = last + 1;
    this.#isHandling = true;
    const left = this.#broker.stream(this.#reading.stream).lastSequence - last;
    this.#reading
      .onMessages(messages, Math.max(0, left))
      .finally(() => this.#idle())
      .then(
        () => this.#look(session, this.#process.place.random.between(1, 10)),
        (error: unknown) => this.#fail(error),
      );
  }

  #idle(): void {
    this.#isHandling = false;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  #fail(error: unknown): void {
    const wasStopped = this.#hasStopped;
    this.#hasStopped = true;
    this.#session++;
    if (!wasStopped) this.#reading.onFailure(error);
  }
}
