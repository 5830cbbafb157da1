import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../roles/ports/logger.ts';
import type { OnMessages, Reader, ReadOptions, StoredMessage } from '../../roles/ports/log.ts';
import type { Answers } from './answers.ts';
import { askJetStream } from './jetstream.ts';
import type { Link } from './link.ts';
import { PullSession, type SessionEnd, type SessionHandler } from './pull-session.ts';

/*
 * Reads a stream from a sequence on, for ever (durability: "Recovery", the pull loop).
 *
 * 1. Handlers run one after the other; while one runs, the next pull is under way.
 * 2. A new session begins behind the last message that was handed to a handler; what had come
 *    beyond it is dropped and comes again. So a handler never sees a message twice in one reading.
 * 3. A handler that throws ends the reading.
 * 4. Before each session the reader's owner is asked whether the stream is still the same one.
 */

export interface ReaderWorld {
  readonly link: Link;
  readonly answers: Answers;
  readonly logger: Logger;
}

export interface Reading extends ReadOptions {
  readonly stream: string;
  readonly fromSequence: number;
  readonly onMessages: OnMessages;
  readonly onFailure: (error: unknown) => void;
}

const RETRY_MS = 250;
/** Told after so many attempts: at a first start the owner is still about to make the stream. */
const TRIES_PER_LINE = 20;
const ANSWER_WITHIN_MS = 5_000;
/** A consumer that nobody pulls from for a minute is removed by the server; nanoseconds. */
const INACTIVE_NANOS = 60_000_000_000;

export class PullReader implements Reader {
  readonly #world: ReaderWorld;
  readonly #reading: Reading;
  #session: PullSession | undefined;
  /** The sequence of the last message that was handed to a handler. */
  #handedOver: number;
  #buffer: StoredMessage[] = [];
  #pending = 0;
  #handling: Promise<void> | undefined;
  #hasStopped = false;

  constructor(world: ReaderWorld, reading: Reading) {
    this.#world = world;
    this.#reading = reading;
    this.#handedOver = reading.fromSequence - 1;
    void this.#open();
  }

  async stop(): Promise<void> {
    this.#halt();
    await this.#handling;
  }

  #halt(): void {
    this.#hasStopped = true;
    this.#buffer = [];
    this.#session?.close();
  }

  async #open(): Promise<void> {
    for (let tries = 0; !this.#hasStopped && !this.#world.link.isClosed; tries++) {
      const consumer = await this.#createConsumer(tries);
      if (consumer !== undefined) return this.#beginWhenAllowed(consumer);
      await sleep(RETRY_MS);
    }
  }

  async #beginWhenAllowed(consumer: string): Promise<void> {
    try {
      // What was handed over is dealt with first: the owner compares it with the stream.
      await this.#handling;
      await this.#reading.onBegin?.();
      this.#begin(consumer);
    } catch (error) {
      if (!this.#hasStopped) this.#fail(error);
    }
  }

  /** @returns the name of a new consumer, or undefined when there is none now */
  async #createConsumer(tries: number): Promise<string | undefined> {
    const { stream } = this.#reading;
    const config = {
      deliver_policy: 'by_start_sequence',
      opt_start_seq: Math.max(1, this.#handedOver + 1),
      ack_policy: 'none',
      replay_policy: 'instant',
      mem_storage: true,
      inactive_threshold: INACTIVE_NANOS,
    };
    const request = { stream_name: stream, config };
    const what = `CONSUMER.CREATE.${stream}`;
    const answer = await askJetStream(this.#world.answers, what, request, ANSWER_WITHIN_MS);
    const name = answer.kind === 'ok' ? answer.content['name'] : undefined;
    if (typeof name === 'string') return name;
    if (tries % TRIES_PER_LINE === TRIES_PER_LINE - 1) {
      this.#world.logger.warn('waiting for a stream to be readable', { stream, answer });
    }
    return undefined;
  }

  #begin(consumer: string): void {
    if (this.#hasStopped) return; // the server removes the consumer in a minute
    const handler: SessionHandler = {
      onMessage: (message, pending) => this.#onMessage(message, pending),
      onPullEnd: () => this.#pullWhenEmpty(),
      onEnd: (why) => this.#onEnd(why),
    };
    const { stream, silenceMsMax } = this.#reading;
    const source = { stream, consumer, silenceMsMax };
    this.#session = new PullSession(this.#world.link, source, handler);
    this.#session.pull();
  }

  #onMessage(message: StoredMessage, pending: number): void {
    this.#buffer.push(message);
    this.#pending = pending;
    if (this.#handling === undefined) this.#handling = this.#handle();
  }

  /** What has not been handed over yet is bounded by what one pull brings. */
  #pullWhenEmpty(): void {
    if (this.#buffer.length === 0) this.#session?.pull();
  }

  #onEnd(why: SessionEnd): void {
    this.#session = undefined;
    this.#buffer = [];
    if (this.#hasStopped) return;
    this.#world.logger.debug('reads a stream anew', { stream: this.#reading.stream, why });
    void this.#reopen(why);
  }

  async #reopen(why: SessionEnd): Promise<void> {
    if (why === 'empty-pull' || why === 'consumer-gone') await sleep(RETRY_MS);
    await this.#open();
  }

  async #handle(): Promise<void> {
    try {
      // What arrives in one read of the socket becomes one delivery.
      await Promise.resolve();
      while (this.#buffer.length > 0) {
        const messages = this.#buffer;
        this.#buffer = [];
        this.#handedOver = messages.at(-1)?.sequence ?? this.#handedOver;
        this.#session?.pull();
        await this.#reading.onMessages(messages, this.#pending);
      }
      this.#pullWhenEmpty();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#handling = undefined;
    }
  }

  #fail(error: unknown): void {
    this.#halt();
    this.#reading.onFailure(error);
  }
}
