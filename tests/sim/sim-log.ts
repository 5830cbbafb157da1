import { decodeRecord } from '../../src/wire/transition-record.ts';
import type {
  AppendOptions,
  Appended,
  Log,
  OnMessages,
  Reader,
  ReadOptions,
  StoredMessage,
  StreamSettings,
  StreamState,
} from '../../src/roles/ports/log.ts';
import type { Broker } from './broker.ts';
import type { EffectName } from './fate.ts';
import { away, type SimProcess } from './process.ts';
import { SimReader } from './sim-reader.ts';
import type { Watcher } from './watcher.ts';

const APPEND_PATIENCE_MS = 5_000;
const ASK_PATIENCE_MS = 1_000;

/** A process's way to the simulated broker. */
export class SimLog implements Log {
  readonly #broker: Broker;
  readonly #process: SimProcess;
  readonly #watcher: Watcher;

  constructor(broker: Broker, process: SimProcess, watcher: Watcher) {
    this.#broker = broker;
    this.#process = process;
    this.#watcher = watcher;
  }

  ensureStream(settings: StreamSettings): Promise<void> {
    return this.#ask('ensureStream', () => this.#broker.ensure(settings));
  }

  append(subject: string, body: Uint8Array, options: AppendOptions = {}): Promise<Appended> {
    // What is sent is what the bytes are now.
    const copy = Uint8Array.from(body);
    // What is under way when the broker ends has lost its connection.
    const { boot } = this.#broker;
    return this.#process.call<Appended>({
      effect: effectOf(subject, copy, options),
      act: () => this.#tell(this.#broker.append(subject, copy, options, this.#process.name)),
      isAway: () => this.#broker.isAway || this.#broker.boot !== boot,
      unanswered: () => ({ kind: 'unknown' }),
      patienceMs: APPEND_PATIENCE_MS,
    });
  }

  last(stream: string, subject: string): Promise<StoredMessage | undefined> {
    return this.#ask('last', () => this.#broker.last(stream, subject));
  }

  lastSequence(stream: string): Promise<number> {
    return this.#ask('lastSequence', () => this.#broker.stream(stream).lastSequence);
  }

  state(stream: string): Promise<StreamState> {
    return this.#ask('state', () => this.#broker.state(stream));
  }

  at(stream: string, sequence: number): Promise<StoredMessage | undefined> {
    return this.#ask('at', () => this.#broker.stream(stream).at(sequence));
  }

  next(stream: string, fromSequence: number, subject = '>'): Promise<StoredMessage | undefined> {
    return this.#ask('at', () => this.#broker.next(stream, fromSequence, subject));
  }

  erase(stream: string, sequence: number): Promise<void> {
    return this.#ask('erase', () => this.#broker.stream(stream).erase(sequence));
  }

  trim(stream: string, firstKept: number): Promise<void> {
    this.#process.place.reached.mark('history was trimmed');
    return this.#ask('trim', () => this.#broker.stream(stream).trim(firstKept));
  }

  read(
    stream: string,
    fromSequence: number,
    onMessages: OnMessages,
    onFailure: (error: unknown) => void,
    options: ReadOptions = {},
  ): Reader {
    const by = this.#process.name;
    // Only who lives by a stream says how long it may be silent.
    const isOwn = 'silenceMsMax' in options;
    this.#watcher.onRead(by, stream, fromSequence, isOwn);
    const watched: OnMessages = (messages, pending) => {
      if (isOwn) this.#watcher.onDelivered(by, stream, messages);
      return onMessages(messages, pending);
    };
    const reading = { stream, fromSequence, onMessages: watched, onFailure, options };
    return new SimReader(this.#broker, this.#process, reading);
  }

  #ask<Result>(effect: EffectName, act: () => Result): Promise<Result> {
    return this.#process.call({
      effect,
      act,
      isAway: () => this.#broker.isAway,
      unanswered: () => {
        throw away('log-away');
      },
      patienceMs: ASK_PATIENCE_MS,
    });
  }

  #tell(appended: Appended): Appended {
    const { reached } = this.#process.place;
    if (appended.kind === 'full') reached.mark('a stream was full');
    if (appended.kind === 'conflict') {
      reached.mark('an append came behind another and was refused');
    }
    return appended;
  }
}

const KINDS: Readonly<Record<string, string>> = { t: 'tick', c: 'control', e: 'events' };

function effectOf(subject: string, body: Uint8Array, { headers }: AppendOptions): EffectName {
  if (subject.startsWith('shoal.transitions.')) return `append ${decodeRecord(body).kind}`;
  if (/^shoal\.(triggers|quiet)\./.test(subject)) return 'append trigger';
  if (!subject.startsWith('shoal.events.')) return 'append other';
  // Of controls only what partitions pass on, and a `skip`, bear no stamp.
  if (headers?.get('Sh-K') === 'c' && !headers.has('Sh-G')) return 'append passed';
  return `append ${KINDS[headers?.get('Sh-K') ?? ''] ?? 'raw'}`;
}
