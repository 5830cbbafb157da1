import type {
  AppendOptions,
  Appended,
  StoredMessage,
  StreamSettings,
  StreamState,
} from '../../src/roles/ports/log.ts';

/** A stream as the broker keeps it. */
export class Stream {
  readonly settings: StreamSettings;
  createdAt: string;
  messages: StoredMessage[] = [];
  firstSequence = 1;
  /** Sequences of messages that are gone, though the world remembers them. */
  readonly erased = new Set<number>();

  constructor(settings: StreamSettings, createdAt: string) {
    this.settings = settings;
    this.createdAt = createdAt;
  }

  get lastSequence(): number {
    return this.firstSequence + this.messages.length - 1;
  }

  at(sequence: number): StoredMessage | undefined {
    return this.erased.has(sequence) ? undefined : this.messages[sequence - this.firstSequence];
  }

  /** What is there from a sequence on, the first so many. */
  from(sequence: number, max: number): StoredMessage[] {
    const found: StoredMessage[] = [];
    const begin = Math.max(sequence, this.firstSequence);
    for (let at = begin; at <= this.lastSequence && found.length < max; at++) {
      const message = this.at(at);
      if (message !== undefined) found.push(message);
    }
    return found;
  }

  /** The broker's first is the first that is left. */
  erase(sequence: number): void {
    if (this.at(sequence) === undefined) return;
    this.erased.add(sequence);
    while (this.erased.has(this.firstSequence)) this.trim(this.firstSequence + 1);
  }

  /** Removes all before a sequence. */
  trim(firstKept: number): void {
    const count = Math.min(firstKept, this.lastSequence + 1) - this.firstSequence;
    if (count <= 0) return;
    this.messages.splice(0, count);
    this.firstSequence += count;
  }

  /** Another body stands where a message was: a flipped bit that nobody noticed. */
  change(sequence: number, body: Uint8Array): void {
    const message = this.at(sequence);
    if (message !== undefined) this.messages[sequence - this.firstSequence] = { ...message, body };
  }

  /** Loses its last messages, as after a power cut; their sequences are used again. */
  loseTail(count: number): StoredMessage[] {
    const lost = count <= 0 ? [] : this.messages.splice(-count);
    for (const { sequence } of lost) this.erased.delete(sequence);
    return lost;
  }
}

export type OnStored = (stream: Stream, message: StoredMessage, by: string) => void;

/** Under this header a broker keeps the name of a message. */
const ID = 'Nats-Msg-Id';

/** The streams behind all logs of a world: what has landed, whoever knows of it. */
export class Broker {
  readonly #streams = new Map<string, Stream>();
  readonly #bySubject = new Map<string, Stream>();
  readonly #now: () => number;
  readonly #onStored: OnStored;
  /** By stream: who waits for the next message. */
  readonly #waiting = new Map<string, Set<() => void>>();
  /** Answers nobody and stores nothing. */
  isAway = false;
  /** Grows with each start: readers begin anew then. */
  boot = 1;
  /** Names of streams without room. */
  readonly full = new Set<string>();
  #made = 0;

  constructor(now: () => number, onStored: OnStored) {
    this.#now = now;
    this.#onStored = onStored;
  }

  ensure(settings: StreamSettings): void {
    if (this.#streams.has(settings.name)) return;
    const stream = new Stream(settings, `made-${++this.#made}`);
    this.#streams.set(settings.name, stream);
    for (const subject of settings.subjects) this.#bySubject.set(subject, stream);
  }

  stream(name: string): Stream {
    const stream = this.#streams.get(name);
    if (stream === undefined) throw new Error(`there is no stream ${name}`);
    return stream;
  }

  find(name: string): Stream | undefined {
    return this.#streams.get(name);
  }

  /** Made anew, empty, by who restored the wrong disk. */
  recreate(name: string): void {
    const stream = this.stream(name);
    stream.messages = [];
    stream.erased.clear();
    stream.firstSequence = 1;
    stream.createdAt = `made-${++this.#made}`;
  }

  append(subject: string, body: Uint8Array, options: AppendOptions, by: string): Appended {
    const stream = this.#bySubject.get(subject) ?? this.#wild(subject);
    if (this.isAway || stream === undefined) return { kind: 'unknown' };
    if (!isExpected(stream, subject, options)) return { kind: 'conflict' };
    if (this.full.has(stream.settings.name)) return { kind: 'full' };
    const sequence = stream.lastSequence + 1;
    // The owner may go on to write where the body lies.
    const copy = Uint8Array.from(body);
    const headers = new Map(options.headers);
    if (options.id !== undefined) headers.set(ID, options.id);
    const message = { subject, sequence, storedAt: this.#now(), headers, body: copy };
    stream.messages.push(message);
    this.#onStored(stream, message, by);
    this.#wake(stream.settings.name);
    return { kind: 'stored', sequence };
  }

  /** Calls once, when the next message of a stream is stored. @returns how to call it off */
  onNext(name: string, call: () => void): () => void {
    const waiting = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, waiting.add(call));
    return () => void waiting.delete(call);
  }

  #wake(name: string): void {
    const waiting = [...(this.#waiting.get(name) ?? [])];
    this.#waiting.delete(name);
    for (const call of waiting) call();
  }

  last(name: string, subject: string): StoredMessage | undefined {
    return lastOf(this.stream(name), subject);
  }

  next(name: string, fromSequence: number, subject: string): StoredMessage | undefined {
    return this.stream(name)
      .from(fromSequence, Number.POSITIVE_INFINITY)
      .find((message) => subject === '>' || message.subject === subject);
  }

  state(name: string): StreamState {
    const { createdAt, firstSequence, lastSequence, messages } = this.stream(name);
    return {
      createdAt,
      firstSequence: lastSequence === 0 ? 0 : firstSequence,
      lastSequence,
      firstStoredAt: messages[0]?.storedAt ?? 0,
      bytes: messages.reduce((sum, { body }) => sum + body.length, 0),
    };
  }

  /** The stream whose wildcard takes a subject. */
  #wild(subject: string): Stream | undefined {
    for (const [pattern, stream] of this.#bySubject) {
      const head = pattern.replace(/[*>]$/, '');
      if (head !== pattern && subject.startsWith(head)) return stream;
    }
    return undefined;
  }
}

function isExpected(stream: Stream, subject: string, expected: AppendOptions): boolean {
  const { expectedLastSequence: ofSubject, expectedStreamSequence: ofStream } = expected;
  const { id, expectedLastId } = expected;
  if (id !== undefined && stream.messages.some(({ headers }) => headers.get(ID) === id))
    return false;
  if (expectedLastId !== undefined && idOfLast(stream) !== expectedLastId) return false;
  if (ofStream !== undefined && ofStream !== stream.lastSequence) return false;
  if (ofSubject === undefined) return true;
  return ofSubject === (lastOf(stream, subject)?.sequence ?? 0);
}

function idOfLast({ messages }: Stream): string | undefined {
  return messages.at(-1)?.headers.get(ID);
}

function lastOf({ messages, erased }: Stream, subject: string): StoredMessage | undefined {
  return messages.findLast(
    (message) => (subject === '>' || message.subject === subject) && !erased.has(message.sequence),
  );
}
