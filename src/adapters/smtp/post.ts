import type { DurationMs } from '../../base/time.ts';
import type { Letter, Post, Sent } from '../../roles/ports/mail.ts';
import { composer, type Composed, type DkimKey } from './composition.ts';
import { outcomeOf } from './outcome.ts';
import { SmtpSession, type SessionOptions } from './session.ts';

export interface PostOptions extends SessionOptions {
  readonly dkim?: DkimKey | undefined;
  /**
   * How long one letter may take in all, ms: after it the session is ended. Twice the silence where
   * nothing is said.
   */
  readonly letterTimeoutMs?: DurationMs | undefined;
}

/** A session that lies idle is ended before most servers would end it. */
const IDLE_MS: DurationMs = 5_000;
/** Servers let a session carry so many letters without frowning. */
const LETTERS_MAX = 100;

interface Idle {
  readonly session: SmtpSession;
  readonly timer: NodeJS.Timeout;
}

/**
 * Mail over SMTP by nodemailer. A session carries one letter at a time, so that its stage belongs
 * to that letter, and then waits a while for the next.
 */
export function smtpPost(options: PostOptions): Post {
  return new SmtpPost(options);
}

class SmtpPost implements Post {
  readonly #options: PostOptions;
  readonly #compose: (letter: Letter) => Promise<Composed>;
  readonly #idle: Idle[] = [];
  #isClosed = false;

  constructor(options: PostOptions) {
    this.#options = options;
    this.#compose = composer(options.dkim);
  }

  async send(letter: Letter): Promise<Sent> {
    let composed: Composed;
    try {
      composed = await this.#compose(letter);
    } catch (error) {
      return outcomeOf('connect', error);
    }
    for (;;) {
      const session = this.#takeIdle() ?? new SmtpSession(this.#options);
      const isReused = session.letters > 0;
      const sent = await this.#handOver(session, composed);
      // The server had ended the idle session: it has heard nothing of the letter.
      if (!(isReused && isUnheard(sent))) return sent;
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const { session, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      session.quit();
    }
  }

  async #handOver(session: SmtpSession, composed: Composed): Promise<Sent> {
    const { silenceTimeoutMs, letterTimeoutMs = 2 * silenceTimeoutMs } = this.#options;
    const deadline = setTimeout(() => {
      session.close(Object.assign(new Error('it took too long'), { code: 'ETIMEDOUT' }));
    }, letterTimeoutMs);
    try {
      if (session.letters === 0) await session.open();
      await session.send(composed);
      this.#keep(session);
      return { kind: 'sent' };
    } catch (error) {
      return outcomeOf(session.stage, error);
    } finally {
      clearTimeout(deadline);
    }
  }

  #takeIdle(): SmtpSession | undefined {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      clearTimeout(idle.timer);
      if (idle.session.isOpen) return idle.session;
    }
    return undefined;
  }

  #keep(session: SmtpSession): void {
    if (this.#isClosed || session.letters >= LETTERS_MAX) return session.quit();
    const timer = setTimeout(() => {
      const place = this.#idle.findIndex((idle) => idle.session === session);
      this.#idle.splice(place, 1);
      session.quit();
    }, IDLE_MS);
    timer.unref();
    this.#idle.push({ session, timer });
  }
}

/** The connection is gone without a reply to the first command: nothing of the body has left. */
function isUnheard(sent: Sent): boolean {
  if (sent.kind !== 'refused' || sent.permanent) return false;
  const isGone = sent.reason === 'ECONNECTION' || sent.reason === 'ESOCKET';
  return isGone && (sent.stage === 'hello' || sent.stage === 'mail');
}
