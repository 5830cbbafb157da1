import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Stage } from '../../roles/ports/mail.ts';
import type { Composed } from './composition.ts';
import { StageWatch } from './stage.ts';

export interface SessionOptions {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; without it STARTTLS is used where it is offered. */
  readonly tls: boolean;
  readonly login?: { readonly user: string; readonly password: string } | undefined;
  /** How long the server may take to accept a connection, and to greet, ms. */
  readonly connectTimeoutMs: number;
  /** How long the server may be silent, ms; the answer to the final dot may be slow. */
  readonly silenceTimeoutMs: number;
}

/**
 * One connection to the mail server, for one letter at a time. Whatever fails ends it: what a
 * server may still say afterwards belongs to no letter.
 */
export class SmtpSession {
  readonly #options: SessionOptions;
  readonly #watch = new StageWatch();
  readonly #connection: SMTPConnection;
  #hasEnded = false;
  #fail: (error: unknown) => void = () => undefined;
  #letters = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#connection = new SMTPConnection({
      host: options.host,
      port: options.port,
      secure: options.tls,
      connectionTimeout: options.connectTimeoutMs,
      greetingTimeout: options.connectTimeoutMs,
      socketTimeout: options.silenceTimeoutMs,
      logger: this.#watch.logger,
      transactionLog: true,
    });
    this.#connection.on('error', (error: unknown) => {
      this.#hasEnded = true;
      this.#fail(error);
    });
    this.#connection.on('end', () => {
      this.#hasEnded = true;
      // Why it ended comes after that it did.
      const fail = this.#fail;
      setImmediate(() => fail(Object.assign(new Error('it ended'), { code: 'ECONNECTION' })));
    });
  }

  /** The stage that the letter under way has come to. */
  get stage(): Stage {
    return this.#watch.stage;
  }

  /** How many letters it has been given. */
  get letters(): number {
    return this.#letters;
  }

  /** Whether it can take another letter, as far as is known. */
  get isOpen(): boolean {
    return !this.#hasEnded;
  }

  /** Connects and logs in. @throws what nodemailer says of it */
  async open(): Promise<void> {
    await this.#run((done) => this.#connection.connect(done));
    const { login } = this.#options;
    if (login === undefined || !this.#connection.allowsAuth) return;
    const credentials = { user: login.user, pass: login.password };
    await this.#run((done) => this.#connection.login(credentials, done));
  }

  /** @throws what nodemailer says of it; then the session is no more */
  async send({ envelope, message }: Composed): Promise<void> {
    if (this.#letters > 0) this.#watch.restart();
    this.#letters += 1;
    const { from, to } = envelope;
    await this.#run((done) => this.#connection.send({ from, to: [...to] }, message, done));
  }

  /** Ends the session as SMTP asks for it. */
  quit(): void {
    if (!this.#hasEnded) this.#connection.quit();
  }

  /** Ends it at once; what is under way fails. */
  close(error: unknown): void {
    this.#hasEnded = true;
    this.#fail(error);
    this.#connection.close();
  }

  async #run(begin: (done: (error?: unknown) => void) => void): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#fail = reject;
        begin((error) => (error === undefined || error === null ? resolve() : reject(error)));
      });
    } catch (error) {
      this.#hasEnded = true;
      this.#connection.close();
      throw error;
    }
  }
}
