import { createTransport } from 'nodemailer';
import type { Letter, Post, Sent, Stage } from '../../roles/ports/mail.ts';
import { StageWatch } from './stage.ts';

export interface PostOptions {
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
 * Mail over SMTP by nodemailer: a connection for each letter, so that a session's stage belongs to
 * one letter.
 */
export function smtpPost(options: PostOptions): Post {
  return {
    send: (letter) => send(options, letter),
    close: () => undefined,
  };
}

async function send(options: PostOptions, letter: Letter): Promise<Sent> {
  const watch = new StageWatch();
  const { login } = options;
  const transport = createTransport({
    host: options.host,
    port: options.port,
    secure: options.tls,
    ...(login === undefined ? {} : { auth: { user: login.user, pass: login.password } }),
    connectionTimeout: options.connectTimeoutMs,
    greetingTimeout: options.connectTimeoutMs,
    socketTimeout: options.silenceTimeoutMs,
    logger: watch.logger,
    transactionLog: true,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      messageId: `<${letter.messageId}>`,
      // Objects, never `"name" <address>` texts: a name could add a recipient.
      from: { name: letter.from.name, address: letter.from.address },
      to: { name: letter.to.name, address: letter.to.address },
      subject: letter.subject,
      html: letter.html,
      text: letter.text,
    });
    return { kind: 'sent' };
  } catch (error) {
    return outcome(watch.stage, failureOf(error));
  } finally {
    transport.close();
  }
}

interface Failure {
  /** Nodemailer's code, such as ECONNECTION. */
  readonly code: string;
  /** The server's reply, when it was one that failed the letter. */
  readonly reply?: number | undefined;
  /** The command that it answered. */
  readonly command?: string | undefined;
}

function failureOf(error: unknown): Failure {
  const fields: Readonly<Record<string, unknown>> = Object(error);
  const { code, responseCode, command } = fields;
  const failed = typeof responseCode === 'number' && responseCode >= 400 && responseCode < 600;
  return {
    code: typeof code === 'string' ? code : 'EUNKNOWN',
    reply: failed ? responseCode : undefined,
    command: typeof command === 'string' ? command : undefined,
  };
}

/** The stage of a reply, by the command that it answered: pipelined ones are answered together. */
const STAGE_OF_COMMAND: Readonly<Record<string, Stage>> = {
  'MAIL FROM': 'mail',
  'RCPT TO': 'rcpt',
};

/** Codes that tell of the letter itself: it would fail the next time, too. */
const BAD_LETTER = new Set(['EENVELOPE', 'EMESSAGE', 'ESTREAM', 'EFILEACCESS', 'EURLACCESS']);

/**
 * After the final dot only a whole reply that says no is a refusal; a reply cut off by the end of
 * the connection (ECONNECTION) is none. Before it, whatever happened, the server has no whole
 * letter.
 */
function outcome(reached: Stage, { code, reply, command }: Failure): Sent {
  const stage = STAGE_OF_COMMAND[command ?? ''] ?? reached;
  const reason = reply === undefined ? code : String(reply);
  if (stage === 'dot' && (reply === undefined || code !== 'EMESSAGE')) {
    return { kind: 'unknown', stage, reason };
  }
  return { kind: 'refused', stage, reason, permanent: isPermanent(stage, code, reply) };
}

/** A server that refuses the session, before MAIL, has said nothing about the letter. */
function isPermanent(stage: Stage, code: string, reply: number | undefined): boolean {
  if (reply === undefined) return BAD_LETTER.has(code);
  return reply >= 500 && stage !== 'connect' && stage !== 'hello';
}
