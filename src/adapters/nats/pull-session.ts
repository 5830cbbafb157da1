import { createInbox, type Msg, type Subscription } from 'nats';
import type { StoredMessage } from '../../roles/ports/log.ts';
import { send, statusOf } from './answers.ts';
import { placeOf, storedMessage } from './delivery.ts';
import type { Link } from './link.ts';

/*
 * One consumer of a stream and its pulls, from its creation to the first doubt.
 *
 * 1. Messages are handed on in the order of the stream, without a hole: the consumer's own count of
 *    deliveries is contiguous, or the session ends.
 * 2. At most one pull is open. While one is open the server speaks every 500 ms.
 * 3. Whatever is unclear ends the session; the reader makes a new one. No text of the server is
 *    interpreted.
 */

const PULL = {
  batch: 500,
  max_bytes: 4 * 1024 * 1024,
  expires: 30_000_000_000,
  idle_heartbeat: 500_000_000,
} as const;

const HEARTBEAT_MS = 500;
const HEARTBEATS_MISSED_MAX = 3;

const STATUS = { heartbeat: 100, noResponders: 503 } as const;

/**
 * Why a session ended; `silence`: the server does not speak; `no-message`: it does, but brings
 * nothing; `empty-pull`: it ended a pull before its time without a message.
 */
export type SessionEnd =
  | 'disconnected'
  | 'hole'
  | 'silence'
  | 'no-message'
  | 'consumer-gone'
  | 'empty-pull'
  | 'closed';

export interface SessionHandler {
  onMessage(message: StoredMessage, pending: number): void;
  /** The pull has ended with less than it asked for. */
  onPullEnd(): void;
  /** Once, last. */
  onEnd(why: SessionEnd): void;
}

export interface SessionSource {
  readonly stream: string;
  readonly consumer: string;
  /** The session ends when an open pull has brought no message for so long. */
  readonly silenceMsMax: number | undefined;
}

export class PullSession {
  readonly #link: Link;
  readonly #source: SessionSource;
  readonly #handler: SessionHandler;
  readonly #inbox = createInbox();
  readonly #subscription: Subscription;
  readonly #stopListening: () => void;
  readonly #watch: NodeJS.Timeout;
  /** The number of the open or the last pull. */
  #pull = 0;
  /** How many messages the open pull may still bring; 0: none is open. */
  #expected = 0;
  #openedAt = 0;
  #heardAt = 0;
  /** When the last message came, or the pull that waits for one was opened. */
  #messageAt = 0;
  #deliveries = 0;
  #hasEnded = false;

  constructor(link: Link, source: SessionSource, handler: SessionHandler) {
    this.#link = link;
    this.#source = source;
    this.#handler = handler;
    this.#subscription = link.connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.#receive(message);
      },
    });
    this.#stopListening = link.listen({ onDown: () => this.#end('disconnected') });
    this.#watch = setInterval(() => this.#listenForSilence(), HEARTBEAT_MS);
  }

  /** Asks for more unless a pull is open. */
  pull(): void {
    if (this.#hasEnded || this.#expected > 0) return;
    this.#expected = PULL.batch;
    this.#openedAt = performance.now();
    this.#heardAt = this.#openedAt;
    this.#messageAt = this.#openedAt;
    const { stream, consumer } = this.#source;
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
    const reply = `${this.#inbox}.${++this.#pull}`;
    if (!send(this.#link, subject, JSON.stringify(PULL), { reply })) this.#end('closed');
  }

  close(): void {
    this.#end('closed');
  }

  #receive(message: Msg): void {
    if (this.#hasEnded) return;
    this.#heardAt = performance.now();
    const status = statusOf(message);
    if (status !== undefined) return this.#onStatus(status, message.subject);
    const place = placeOf(message.reply ?? '');
    if (place.delivery !== this.#deliveries + 1) return this.#end('hole');
    this.#deliveries = place.delivery;
    this.#messageAt = this.#heardAt;
    this.#expected = Math.max(0, this.#expected - 1);
    this.#handler.onMessage(storedMessage(message, place), place.pending);
  }

  #onStatus(status: number, subject: string): void {
    if (status === STATUS.heartbeat || subject !== `${this.#inbox}.${this.#pull}`) return;
    if (status === STATUS.noResponders) return this.#end('consumer-gone');
    // Time is up, or the next message would exceed the bytes of this pull: the next one brings it.
    const wasEmpty = this.#expected === PULL.batch;
    this.#expected = 0;
    const isEarly = performance.now() - this.#openedAt < HEARTBEAT_MS;
    if (wasEmpty && isEarly) return this.#end('empty-pull');
    this.#handler.onPullEnd();
  }

  #listenForSilence(): void {
    if (this.#silence() === undefined) return;
    // What has arrived while this process was busy is read before anything is concluded.
    setImmediate(() => {
      const silence = this.#silence();
      if (silence !== undefined) this.#end(silence);
    });
  }

  #silence(): SessionEnd | undefined {
    if (this.#expected === 0) return undefined;
    const now = performance.now();
    if (now - this.#heardAt > HEARTBEATS_MISSED_MAX * HEARTBEAT_MS) return 'silence';
    const { silenceMsMax = Number.POSITIVE_INFINITY } = this.#source;
    return now - this.#messageAt > silenceMsMax ? 'no-message' : undefined;
  }

  #end(why: SessionEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearInterval(this.#watch);
    this.#stopListening();
    this.#subscription.unsubscribe();
    const { stream, consumer } = this.#source;
    if (this.#link.isUp) send(this.#link, `$JS.API.CONSUMER.DELETE.${stream}.${consumer}`, '');
    this.#handler.onEnd(why);
  }
}
