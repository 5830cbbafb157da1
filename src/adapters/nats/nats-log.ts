import { ShoalError } from '../../base/error.ts';
import { isObject, type JsonObject } from '../../base/json.ts';
import { parseInstant } from '../../base/time.ts';
import type {
  Appended,
  AppendOptions,
  Log,
  OnMessages,
  Reader,
  ReadOptions,
  StoredMessage,
  StreamSettings,
  StreamState,
} from '../../roles/ports/log.ts';
import type { Logger } from '../../roles/ports/logger.ts';
import type { Answers } from './answers.ts';
import { headersOfBlock } from './delivery.ts';
import { askJetStream, ERROR, readAnswer, type JetStreamAnswer } from './jetstream.ts';
import type { Link } from './link.ts';
import { PullReader } from './pull-reader.ts';

/** How long an answer may take before the outcome counts as unknown. */
const TIMEOUT_MS = 5_000;

const NANOS_PER_MS = 1_000_000;

/** The log on JetStream, by its API subjects and plain publishing: none of the client's helpers. */
export class NatsLog implements Log {
  readonly #link: Link;
  readonly #answers: Answers;
  readonly #logger: Logger;

  constructor(link: Link, answers: Answers, logger: Logger) {
    this.#link = link;
    this.#answers = answers;
    this.#logger = logger;
  }

  async ensureStream(settings: StreamSettings): Promise<void> {
    const { name, subjects, ageMsMax, bytesMax, idsForMs, whenFull } = settings;
    const answer = await this.#ask(`STREAM.CREATE.${name}`, {
      name,
      subjects,
      storage: 'file',
      retention: 'limits',
      discard: whenFull === 'drop-oldest' ? 'old' : 'new',
      max_age: (ageMsMax ?? 0) * NANOS_PER_MS,
      max_bytes: bytesMax ?? -1,
      ...(idsForMs !== undefined && { duplicate_window: idsForMs * NANOS_PER_MS }),
      max_msgs: -1,
      num_replicas: 1,
    });
    if (answer.kind === 'error' && answer.number !== ERROR.streamNameInUse)
      throw refused(name, answer);
  }

  async append(subject: string, body: Uint8Array, options: AppendOptions = {}): Promise<Appended> {
    const headers = appendHeaders(options);
    const answer = await this.#answers.ask(subject, body, { headers, timeoutMs: TIMEOUT_MS });
    if (answer === undefined) return { kind: 'unknown' };
    const read = readAnswer(answer.string());
    if (read.kind === 'ok' && read.content['duplicate'] === true) return { kind: 'conflict' };
    if (read.kind === 'ok') return { kind: 'stored', sequence: Number(read.content['seq']) };
    if (read.kind === 'none') return { kind: 'unknown' };
    switch (read.number) {
      case ERROR.wrongLastSequence:
      case ERROR.wrongLastSequenceConstant:
      case ERROR.wrongLastId:
        return { kind: 'conflict' };
      case ERROR.storeFailed:
        return { kind: 'full' };
      default:
        this.#logger.warn('nats did not store a message', { subject, error: read });
        return { kind: 'unknown' };
    }
  }

  last(stream: string, subject: string): Promise<StoredMessage | undefined> {
    return this.#get(stream, { last_by_subj: subject });
  }

  at(stream: string, sequence: number): Promise<StoredMessage | undefined> {
    return this.#get(stream, { seq: sequence });
  }

  next(stream: string, fromSequence: number, subject = '>'): Promise<StoredMessage | undefined> {
    return this.#get(stream, { seq: Math.max(1, fromSequence), next_by_subj: subject });
  }

  async #get(stream: string, which: JsonObject): Promise<StoredMessage | undefined> {
    // Never the direct get, which any replica may answer from what it has so far.
    const answer = await this.#ask(`STREAM.MSG.GET.${stream}`, which);
    if (answer.kind === 'error' && answer.number === ERROR.messageNotFound) return undefined;
    const message = contentOf(stream, answer)['message'];
    if (!isObject(message)) throw refused(stream, answer);
    return {
      subject: textOf(message['subject']) ?? '',
      sequence: Number(message['seq']),
      storedAt: parseInstant(textOf(message['time']) ?? '') ?? 0,
      headers: headersOfBlock(textOf(message['hdrs'])),
      body: Buffer.from(textOf(message['data']) ?? '', 'base64'),
    };
  }

  async lastSequence(stream: string): Promise<number> {
    return (await this.state(stream)).lastSequence;
  }

  async state(stream: string): Promise<StreamState> {
    const answer = await this.#ask(`STREAM.INFO.${stream}`, undefined);
    const { created, state } = contentOf(stream, answer);
    if (!isObject(state)) throw refused(stream, answer);
    const firstStoredAt = parseInstant(textOf(state['first_ts']) ?? '') ?? 0;
    return {
      createdAt: textOf(created) ?? '',
      firstSequence: Number(state['first_seq']),
      lastSequence: Number(state['last_seq']),
      // A stream that holds nothing tells of the year 1.
      firstStoredAt: Number(state['messages']) === 0 ? 0 : firstStoredAt,
      bytes: Number(state['bytes']),
    };
  }

  async trim(stream: string, firstKept: number): Promise<void> {
    contentOf(stream, await this.#ask(`STREAM.PURGE.${stream}`, { seq: firstKept }));
  }

  async erase(stream: string, sequence: number): Promise<void> {
    const wanted = { seq: sequence, no_erase: false };
    const answer = await this.#ask(`STREAM.MSG.DELETE.${stream}`, wanted);
    if (answer.kind === 'error' && answer.number === ERROR.sequenceNotFound) return;
    // Beyond the stream's end it fails for a reason that has no number of its own.
    if (answer.kind === 'error' && (await this.at(stream, sequence)) === undefined) return;
    contentOf(stream, answer);
  }

  read(
    stream: string,
    fromSequence: number,
    onMessages: OnMessages,
    onFailure: (error: unknown) => void,
    options: ReadOptions = {},
  ): Reader {
    const world = { link: this.#link, answers: this.#answers, logger: this.#logger };
    return new PullReader(world, { stream, fromSequence, onMessages, onFailure, ...options });
  }

  async #ask(what: string, content: JsonObject | undefined): Promise<JetStreamAnswer> {
    const answer = await askJetStream(this.#answers, what, content, TIMEOUT_MS);
    if (answer.kind !== 'none') return answer;
    throw new ShoalError({
      code: 'log-away',
      remedy: 'retry',
      message: 'NATS does not answer',
      where: what,
      hint: 'is it running, with JetStream?',
    });
  }
}

function appendHeaders(options: AppendOptions): ReadonlyMap<string, string> | undefined {
  const { headers, expectedLastSequence, expectedStreamSequence, id, expectedLastId } = options;
  const own = [
    ['Nats-Expected-Last-Subject-Sequence', expectedLastSequence],
    ['Nats-Expected-Last-Sequence', expectedStreamSequence],
    ['Nats-Msg-Id', id],
    ['Nats-Expected-Last-Msg-Id', expectedLastId],
  ] as const;
  if (own.every(([, value]) => value === undefined)) return headers;
  const all = new Map(headers);
  for (const [name, value] of own) if (value !== undefined) all.set(name, String(value));
  return all;
}

function contentOf(stream: string, answer: JetStreamAnswer): JsonObject {
  if (answer.kind !== 'ok') throw refused(stream, answer);
  return answer.content;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function refused(stream: string, answer: JetStreamAnswer): ShoalError {
  const why = answer.kind === 'error' ? `${answer.description} (${answer.number})` : answer.kind;
  return new ShoalError({
    code: 'stream-refused',
    remedy: 'stop',
    message: `NATS refuses what was asked of stream "${stream}": ${why}`,
    hint: 'check the limits of the account and of the server, and that the stream was not removed',
  });
}
