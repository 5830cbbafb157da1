import { isObject, type Json, type JsonObject } from '../../base/json.ts';
import { parseInstant, type DurationMs, type EpochMs } from '../../base/time.ts';
import type { Answers } from './answers.ts';
import { askJetStream } from './jetstream.ts';
import type { Link } from './link.ts';

/** A stream as the server has it. */
export interface StreamFacts {
  readonly subjects: readonly string[];
  /** `file` or `memory`. */
  readonly storage: string;
  /** `limits`, `interest` or `workqueue`. */
  readonly retention: string;
  /** `new` or `old`. */
  readonly discard: string;
  /** 0: messages do not age out. */
  readonly ageMsMax: DurationMs;
  /** Below 0: no limit. */
  readonly bytesMax: number;
  readonly messagesMax: number;
  readonly replicas: number;
  readonly bytes: number;
}

export interface StorageFacts {
  readonly bytes: number;
  /** Of the account; below 0: no limit. */
  readonly bytesMax: number;
}

const TIMEOUT_MS = 5_000;
const NANOS_PER_MS = 1_000_000;
/** A consumer that is only made to see the server's clock is gone soon; nanoseconds. */
const CONSUMER_LIFE_NANOS = 1_000_000_000;

/** What a NATS server tells of itself; for a person, so what is not told is undefined. */
export class NatsSurvey {
  readonly #link: Link;
  readonly #answers: Answers;

  constructor(link: Link, answers: Answers) {
    this.#link = link;
    this.#answers = answers;
  }

  version(): string | undefined {
    return this.#link.connection.info?.version;
  }

  async storage(): Promise<StorageFacts | undefined> {
    const content = await this.#ask('INFO');
    const limits = content?.['limits'];
    if (content === undefined || !isObject(limits)) return undefined;
    return { bytes: Number(content['storage']), bytesMax: Number(limits['max_storage']) };
  }

  /** @returns undefined when there is no such stream */
  async stream(name: string): Promise<StreamFacts | undefined> {
    const content = await this.#ask(`STREAM.INFO.${name}`);
    const config = content?.['config'];
    const state = content?.['state'];
    if (!isObject(config) || !isObject(state)) return undefined;
    const { subjects } = config;
    return {
      subjects: Array.isArray(subjects) ? subjects.map(String) : [],
      storage: textOf(config['storage']),
      retention: textOf(config['retention']),
      discard: textOf(config['discard']),
      ageMsMax: Number(config['max_age']) / NANOS_PER_MS,
      bytesMax: Number(config['max_bytes']),
      messagesMax: Number(config['max_msgs']),
      replicas: Number(config['num_replicas']),
      bytes: Number(state['bytes']),
    };
  }

  /** The server's clock, by the stamp on a consumer that is made for this; nothing is stored. */
  async now(stream: string): Promise<EpochMs | undefined> {
    const config = {
      ack_policy: 'none',
      mem_storage: true,
      inactive_threshold: CONSUMER_LIFE_NANOS,
    };
    const content = await this.#ask(`CONSUMER.CREATE.${stream}`, { stream_name: stream, config });
    const created = content?.['created'];
    return typeof created === 'string' ? parseInstant(created) : undefined;
  }

  async #ask(what: string, question?: JsonObject): Promise<JsonObject | undefined> {
    const answer = await askJetStream(this.#answers, what, question, TIMEOUT_MS);
    return answer.kind === 'ok' ? answer.content : undefined;
  }
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : 'unknown';
}
