import type { Stage } from '../../roles/ports/mail.ts';

/** What nodemailer says along with each of its log lines: the side that spoke. */
interface Entry {
  readonly tnx?: unknown;
}

/** The stage that a session enters when the server agrees in this one. */
const AFTER_YES: Readonly<Partial<Record<Stage, Stage>>> = {
  connect: 'hello',
  mail: 'rcpt',
  rcpt: 'data',
  data: 'body',
};

/**
 * Follows one SMTP session through nodemailer's log, which is the only place that tells a loss
 * before DATA from one after the final dot: its errors are the same for both.
 *
 * Replies are counted, not commands: with PIPELINING all commands up to DATA leave at once. The
 * line with `tnx: message` comes when the final dot has been handed to the socket. A session may
 * carry one letter after the other, never two at once.
 */
export class StageWatch {
  stage: Stage = 'connect';

  /** Pass as `logger`, together with `transactionLog: true`. */
  readonly logger = {
    level: () => undefined,
    trace: () => undefined,
    debug: (entry: Entry, line?: unknown) => this.#follow(entry, line),
    info: (entry: Entry, line?: unknown) => this.#follow(entry, line),
    warn: () => undefined,
    error: () => undefined,
    fatal: () => undefined,
  };

  /** The next letter of a session that is greeted: nothing of it has been said yet. */
  restart(): void {
    this.stage = 'hello';
  }

  #follow(entry: Entry, line: unknown): void {
    const text = typeof line === 'string' ? line : '';
    if (entry.tnx === 'client' && text.startsWith('MAIL FROM:')) this.stage = 'mail';
    if (entry.tnx === 'server' && /^[23]/.test(text)) {
      this.stage = AFTER_YES[this.stage] ?? this.stage;
    }
    if (entry.tnx === 'message') this.stage = 'dot';
  }
}
