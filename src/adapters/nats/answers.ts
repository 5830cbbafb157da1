import {
  createInbox,
  ErrorCode,
  headers as newHeaders,
  Match,
  NatsError,
  type Msg,
  type MsgHdrs,
} from 'nats';
import { ShoalError } from '../../base/error.ts';
import type { Link } from './link.ts';

export interface Question {
  readonly headers?: ReadonlyMap<string, string> | undefined;
  readonly timeoutMs: number;
}

interface Waiting {
  readonly giveUpAt: number;
  readonly resolve: (answer: Msg | undefined) => void;
}

const SWEEP_MS = 100;

const TOO_LARGE: string = ErrorCode.MaxPayloadExceeded;

/**
 * Requests over one inbox of our own: many may be under way, they leave in the order of the calls,
 * and all that are under way end at once, without an answer, when the connection is lost. The
 * client's own requests would wait for their time-outs.
 */
export class Answers {
  readonly #link: Link;
  readonly #inbox = createInbox();
  readonly #waiting = new Map<string, Waiting>();
  readonly #sweep: NodeJS.Timeout;
  #asked = 0;

  constructor(link: Link) {
    this.#link = link;
    link.listen({ onDown: () => this.#giveUp(Number.POSITIVE_INFINITY) });
    link.connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.#onAnswer(message);
      },
    });
    this.#sweep = setInterval(() => this.#giveUp(performance.now()), SWEEP_MS);
    this.#sweep.unref();
  }

  /**
   * @returns undefined when no answer came: nobody listens, time is up, or the connection was lost
   * @throws ShoalError `message-too-large` (refuse-input)
   */
  async ask(
    subject: string,
    body: Uint8Array | string,
    question: Question,
  ): Promise<Msg | undefined> {
    const giveUpAt = performance.now() + question.timeoutMs;
    if (!this.#link.isUp && !(await this.#link.whenUp(question.timeoutMs))) return undefined;
    const token = String(++this.#asked);
    const reply = `${this.#inbox}.${token}`;
    const sent = send(this.#link, subject, body, { reply, headers: question.headers });
    if (!sent) return undefined;
    return new Promise((resolve) => this.#waiting.set(token, { giveUpAt, resolve }));
  }

  close(): void {
    clearInterval(this.#sweep);
    this.#giveUp(Number.POSITIVE_INFINITY);
  }

  #onAnswer(message: Msg): void {
    const token = message.subject.slice(this.#inbox.length + 1);
    const waiting = this.#waiting.get(token);
    this.#waiting.delete(token);
    waiting?.resolve(statusOf(message) === undefined ? message : undefined);
  }

  #giveUp(now: number): void {
    for (const [token, { giveUpAt, resolve }] of this.#waiting) {
      if (giveUpAt > now) continue;
      this.#waiting.delete(token);
      resolve(undefined);
    }
  }
}

/** The server's own status on a message without content, such as 503: nobody listens. */
export function statusOf(message: Msg): number | undefined {
  const code = message.headers?.code ?? 0;
  return code === 0 ? undefined : code;
}

/**
 * Hands a message to the connection. What is handed over while the connection breaks may be lost.
 *
 * @returns false when the connection is closed for good
 * @throws ShoalError `message-too-large` (refuse-input)
 */
export function send(
  link: Link,
  subject: string,
  body: Uint8Array | string,
  options: {
    readonly reply?: string;
    readonly headers?: ReadonlyMap<string, string> | undefined;
  } = {},
): boolean {
  const { reply, headers } = options;
  try {
    link.connection.publish(subject, body, {
      ...(reply !== undefined && { reply }),
      ...(headers !== undefined && { headers: wireHeaders(headers) }),
    });
    return true;
  } catch (error) {
    if (!(error instanceof NatsError) || error.code !== TOO_LARGE) return false;
    throw new ShoalError({
      code: 'message-too-large',
      remedy: 'refuse-input',
      message: `a message of ${body.length} bytes for "${subject}" is larger than NATS takes`,
      hint: 'send fewer events in one batch, or raise max_payload in config/nats.conf',
      cause: error,
    });
  }
}

function wireHeaders(headers: ReadonlyMap<string, string>): MsgHdrs {
  const wire = newHeaders();
  for (const [name, value] of headers) wire.append(name, value, Match.Exact);
  return wire;
}
