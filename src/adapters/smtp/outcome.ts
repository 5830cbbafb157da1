import type { Sent, Stage } from '../../roles/ports/mail.ts';

interface Failure {
  /** Nodemailer's code, such as ECONNECTION. */
  readonly code: string;
  /** The server's reply, when it was one that failed the letter. */
  readonly reply?: number | undefined;
  /** Its enhanced status code (RFC 3463), such as 5.1.1. */
  readonly status?: string | undefined;
  /** The command that it answered. */
  readonly command?: string | undefined;
}

/** The stage of a reply, by the command that it answered: pipelined ones are answered together. */
const STAGE_OF_COMMAND: Readonly<Record<string, Stage>> = {
  'MAIL FROM': 'mail',
  'RCPT TO': 'rcpt',
};

/** Codes that tell of the letter itself: it would fail the next time, too. */
const BAD_LETTER = new Set(['EENVELOPE', 'EMESSAGE', 'ESTREAM', 'EFILEACCESS', 'EURLACCESS']);

/**
 * What a failure means for the letter. After the final dot only a whole reply that says no is a
 * refusal; a reply cut off by the end of the connection (ECONNECTION) is none. Before it, whatever
 * happened, the server has no whole letter.
 *
 * @param reached the stage that the session had come to
 */
export function outcomeOf(reached: Stage, error: unknown): Sent {
  const failure = failureOf(error);
  const { code, reply, command } = failure;
  const stage = STAGE_OF_COMMAND[command ?? ''] ?? reached;
  const reason = reply === undefined ? code : String(reply);
  if (stage === 'dot' && (reply === undefined || code !== 'EMESSAGE')) {
    return { kind: 'unknown', stage, reason };
  }
  const permanent = isPermanent(stage, failure);
  const isBounce = stage === 'rcpt' && permanent && isAboutMailbox(failure);
  return { kind: 'refused', stage, reason, permanent, ...(isBounce && { isBounce }) };
}

function failureOf(error: unknown): Failure {
  const fields: Readonly<Record<string, unknown>> = Object(error);
  const { code, responseCode, response, command } = fields;
  const failed = typeof responseCode === 'number' && responseCode >= 400 && responseCode < 600;
  const said = typeof response === 'string' ? response : '';
  const status = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(said)?.[1];
  return {
    code: typeof code === 'string' ? code : 'EUNKNOWN',
    reply: failed ? responseCode : undefined,
    status,
    command: typeof command === 'string' ? command : undefined,
  };
}

/** A server that refuses the session, before MAIL, has said nothing about the letter. */
function isPermanent(stage: Stage, { code, reply }: Failure): boolean {
  if (reply === undefined) return BAD_LETTER.has(code);
  return reply >= 500 && stage !== 'connect' && stage !== 'hello';
}

/**
 * A 5.7.x tells that the server does not want us, and a 5.3.x or 5.4.x that it has troubles of its
 * own (RFC 3463): the mailbox may be as good as any.
 */
function isAboutMailbox({ reply, status }: Failure): boolean {
  return reply !== undefined && (status === undefined || /^5\.[012]\./.test(status));
}
