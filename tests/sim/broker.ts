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

  constructor(settings: StreamSettings, createdAt: string) {
    this.settings = settings;
    this.createdAt = createdAt;
  }

  get lastSequence(): number {
    return this.firstSequence + this.messages.length - 1;
  }

  at(sequence: number): StoredMessage | undefined {
    return this.messages[sequence - this.firstSequence];
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
    return count <= 0 ? [] : this.messages.splice(-count);
  }
}

export type OnStored = (stream: Stream, message: StoredMessage, by: string) => void;

/** The streams behind all logs of a world: what has landed, whoever knows of it. */
export class Broker {
  readonly #streams = new Map<string, Stream>();
  readonly #bySubject = new Map<string, Stream>();
  readonly #now: () => number;
  readonly #onStored: OnStored;
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
    stream.firstSequence = 1;
    stream.createdAt = `made-${++this.#made}`;
  }

  append(subject: string, body: Uint8Array, options: AppendOptions, by: string): Appended {
    const stream = this.#bySubject.get(subject) ?? this.#wild(subject);
    if (this.isAway || stream === undefined) return { kind: 'unknown' };
    const { headers = new Map<string, string>(), ...expected } = options;
    if (!isExpected(stream, subject, expected)) return { kind: 'conflict' };
    if (this.full.has(stream.settings.name)) return { kind: 'full' };
    const sequence = stream.lastSequence + 1;
    // The owner may go on to write where the body lies.
    const copy = Uint8Array.from(body);
    const message = { subject, sequence, storedAt: this.#now(), headers, body: copy };
    stream.messages.push(message);
    this.#onStored(stream, message, by);
    return { kind: 'stored', sequence };
  }

  last(name: string, subject: string): StoredMessage | undefined {
    const { messages } = this.stream(name);
    return subject === '>' ? messages.at(-1) : lastOf(messages, subject);
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
  if (ofStream !== undefined && ofStream !== stream.lastSequence) return false;
  if (ofSubject === undefined) return true;
  return ofSubject === (lastOf(stream.messages, subject)?.sequence ?? 0);
}

function lastOf(messages: readonly StoredMessage[], subject: string): StoredMessage | undefined {
  return messages.findLast((message) => message.subject === subject);
}
