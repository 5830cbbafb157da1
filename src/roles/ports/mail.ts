/*
 * Mail as the mailer needs it. SMTP cannot be exactly once.
 *
 * Not promised: that a mail whose outcome is `unknown` has not arrived.
 */

export interface Address {
  readonly name: string;
  readonly address: string;
}

export interface Letter {
  /** Deterministic: the same letter to the same customer has the same. Without angle brackets. */
  readonly messageId: string;
  readonly from: Address;
  readonly to: Address;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** Where one click unsubscribes (RFC 8058). */
  readonly unsubscribeUrl?: string | undefined;
}

/**
 * What an SMTP session waits for, in order: a connection, the answers to EHLO, MAIL, RCPT and DATA,
 * the end of the message, the answer to its final dot.
 */
export type Stage = 'connect' | 'hello' | 'mail' | 'rcpt' | 'data' | 'body' | 'dot';

/**
 * How a hand-over ended, and the stage that it came to. The reason is a code, never the server's
 * text, which may hold the recipient's address: `550`, `ECONNECTION`, `ETIMEDOUT`.
 */
export type Sent =
  | { readonly kind: 'sent' }
  | {
      readonly kind: 'refused';
      readonly stage: Stage;
      readonly reason: string;
      /** Trying again cannot help. */
      readonly permanent: boolean;
      /** The server says that there is no such mailbox. */
      readonly isBounce?: boolean | undefined;
    }
  | { readonly kind: 'unknown'; readonly stage: Stage; readonly reason: string };

export interface Post {
  /**
   * Never throws: all that can happen is in `Sent`. Ends within a time of its own, whatever the
   * server does. As many letters as callers send at once are under way at once.
   */
  send(letter: Letter): Promise<Sent>;
  close(): void;
}

export interface Rendered {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export interface Templates {
  /** @throws ShoalError `template-failed` (refuse-input) that names the missing field, the place */
  render(template: string, data: Readonly<Record<string, unknown>>): Rendered;
}

/** Letters that a built-in inbox has received, newest first. */
export interface Inbox {
  letters(): readonly ReceivedLetter[];
}

export interface ReceivedLetter {
  readonly id: string;
  readonly receivedAt: number;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** The whole message as it came. */
  readonly raw: string;
}
