/*
 * The log as the roles need it: append, read from a position, the last record of a subject.
 *
 * Not promised: that an append whose answer did not come has not landed; that a reader sees a
 * message once (after a reconnect it may come again); that a message read is on disk yet.
 * Calls that cannot say otherwise that nobody answers throw ShoalError `log-away` (retry); what the
 * log refuses for good, `stream-refused` (stop).
 */

export interface StoredMessage {
  readonly subject: string;
  /** The place in its stream, from 1, contiguous unless trimmed or erased. */
  readonly sequence: number;
  /** When the broker stored it, ms since the epoch. */
  readonly storedAt: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

export interface StreamSettings {
  readonly name: string;
  readonly subjects: readonly string[];
  /** Ms; absent: messages do not age out. */
  readonly ageMsMax?: number;
  readonly bytesMax?: number;
  /** For how long a name that is used again is noticed, ms; absent: as the log has it. */
  readonly idsForMs?: number;
  /** `refuse` when nothing was said: appends end as `full`. */
  readonly whenFull?: 'refuse' | 'drop-oldest';
}

export interface AppendOptions {
  readonly headers?: ReadonlyMap<string, string>;
  /** Append only when this is the sequence of the subject's last message (0: it has none). */
  readonly expectedLastSequence?: number;
  /** Append only when this is the sequence of the stream's last message (0: it never had one). */
  readonly expectedStreamSequence?: number;
  /** Names the message; a name that was used lately is a conflict. */
  readonly id?: string;
  /**
   * Append only when the stream's last message bears this name. A sequence says where that one
   * stands, not whose it is: who appends ahead of the answers, beside others, goes by the name.
   */
  readonly expectedLastId?: string;
}

/** What a stream holds now. */
export interface StreamState {
  /** When it was made, as the broker writes it: another text is another stream. */
  readonly createdAt: string;
  /** One above `lastSequence` when it holds nothing; 0 when it never held anything. */
  readonly firstSequence: number;
  /** 0 when it never had a message. */
  readonly lastSequence: number;
  /** When its first message was stored, ms since the epoch; 0 when it holds nothing. */
  readonly firstStoredAt: number;
  readonly bytes: number;
}

/** How an append ended. `unknown`: no answer came, it may have landed. */
export type Appended =
  | { readonly kind: 'stored'; readonly sequence: number }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'full' }
  | { readonly kind: 'unknown' };

export interface Reader {
  /** Ends the reading; resolves when the last handler has returned. */
  stop(): Promise<void>;
}

/**
 * Called with the messages of one delivery in order, each sequence above the one before; the next
 * delivery waits until the promise has resolved. `pending` is how many more the stream held then.
 */
export type OnMessages = (messages: readonly StoredMessage[], pending: number) => Promise<void>;

export interface ReadOptions {
  /**
   * Called before the first message, and again each time before the reading goes on after an
   * interruption: then the stream may be another one. What it throws ends the reading.
   */
  readonly onBegin?: (() => Promise<void>) | undefined;
  /** After so long without a message the reading is begun anew, ms. */
  readonly silenceMsMax?: number | undefined;
}

export interface Log {
  /** Makes the stream where it is missing; leaves one that exists as it is. */
  ensureStream(settings: StreamSettings): Promise<void>;
  /**
   * Appends may be started before earlier ones are answered; they are stored in the order of the
   * calls, but for those that are not stored.
   *
   * @param body must not change before the append ends; once it ends as `stored` nobody looks at it
   * @throws ShoalError `message-too-large` (refuse-input)
   */
  append(subject: string, body: Uint8Array, options?: AppendOptions): Promise<Appended>;
  /** The last message of a subject, read from the stream's leader; undefined when there is none. */
  last(stream: string, subject: string): Promise<StoredMessage | undefined>;
  /**
   * Reads from a sequence on, for ever, across reconnects. A handler that throws is handed to
   * `onFailure`.
   */
  read(
    stream: string,
    fromSequence: number,
    onMessages: OnMessages,
    onFailure: (error: unknown) => void,
    options?: ReadOptions,
  ): Reader;
  /** The sequence of the stream's last message, 0 when it never had one. */
  lastSequence(stream: string): Promise<number>;
  state(stream: string): Promise<StreamState>;
  /** The message at a sequence, read from the stream's leader; undefined when there is none. */
  at(stream: string, sequence: number): Promise<StoredMessage | undefined>;
  /** The first message at a sequence or behind it; undefined when there is none. */
  next(stream: string, fromSequence: number, subject?: string): Promise<StoredMessage | undefined>;
  /** Removes all messages before a sequence. Their bytes may stay in a file for a while. */
  trim(stream: string, firstKept: number): Promise<void>;
  /**
   * Removes a message and writes over its bytes, so that no file of the log holds them when it
   * answers. Nothing happens when there is no such message. Its sequence is not used again. The
   * last message of a subject must stay: NATS 2.9 does not find the one before it, and readers to
   * the end of a stream would wait.
   */
  erase(stream: string, sequence: number): Promise<void>;
}

/** Messages that are not kept: live figures, and questions with answers. */
export interface Bus {
  publish(subject: string, body: Uint8Array): void;
  /** Handlers must not throw. @returns how to end the subscription */
  subscribe(subject: string, onMessage: (body: Uint8Array, subject: string) => void): () => void;
  /** Answers requests. A handler that rejects answers with its `ShoalError`'s code and message. */
  serve(subject: string, answer: (body: Uint8Array) => Promise<Uint8Array>): () => void;
  /** @throws ShoalError `no-answer` (retry) when nobody answers in time */
  request(subject: string, body: Uint8Array, timeoutMs: number): Promise<Uint8Array>;
}
