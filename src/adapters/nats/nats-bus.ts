import { ShoalError } from '../../base/error.ts';
import type { Bus } from '../../roles/ports/log.ts';
import type { Logger } from '../../roles/ports/logger.ts';
import { send, type Answers } from './answers.ts';
import { plainHeaders } from './delivery.ts';
import type { Link } from './link.ts';

/** On an answer that is an error: its code; the body is its message. */
const ERROR_HEADER = 'Sh-Error';

/** Plain publishing, subscribing and asking of NATS. */
export class NatsBus implements Bus {
  readonly #link: Link;
  readonly #answers: Answers;
  readonly #logger: Logger;

  constructor(link: Link, answers: Answers, logger: Logger) {
    this.#link = link;
    this.#answers = answers;
    this.#logger = logger;
  }

  publish(subject: string, body: Uint8Array): void {
    if (this.#link.isUp) send(this.#link, subject, body);
  }

  subscribe(subject: string, onMessage: (body: Uint8Array, subject: string) => void): () => void {
    const subscription = this.#link.connection.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) onMessage(message.data, message.subject);
      },
    });
    return () => subscription.unsubscribe();
  }

  serve(subject: string, answer: (body: Uint8Array) => Promise<Uint8Array>): () => void {
    const subscription = this.#link.connection.subscribe(subject, {
      callback: (error, { data, reply }) => {
        if (error === null && reply !== undefined) void this.#answer(reply, data, answer);
      },
    });
    return () => subscription.unsubscribe();
  }

  async request(subject: string, body: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    const answer = await this.#answers.ask(subject, body, { timeoutMs });
    if (answer === undefined) throw noAnswer(subject);
    const code = plainHeaders(answer.headers).get(ERROR_HEADER);
    if (code === undefined) return answer.data;
    throw new ShoalError({
      code,
      remedy: 'refuse-input',
      message: answer.string(),
      where: subject,
    });
  }

  async #answer(
    reply: string,
    body: Uint8Array,
    answer: (body: Uint8Array) => Promise<Uint8Array>,
  ): Promise<void> {
    try {
      send(this.#link, reply, await answer(body));
    } catch (error) {
      if (!(error instanceof ShoalError)) this.#logger.error('an answer failed', { error });
      const code = error instanceof ShoalError ? error.code : 'internal';
      const text = error instanceof ShoalError ? error.message : 'an internal error, see the log';
      send(this.#link, reply, Buffer.from(text), { headers: new Map([[ERROR_HEADER, code]]) });
    }
  }
}

function noAnswer(subject: string): ShoalError {
  return new ShoalError({
    code: 'no-answer',
    remedy: 'retry',
    message: `nobody answered on "${subject}" in time`,
    hint: 'does an owner run for this partition?',
  });
}
