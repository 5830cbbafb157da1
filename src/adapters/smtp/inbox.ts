import { createHash } from 'node:crypto';
import { once } from 'node:events';
import PostalMime, { type Address } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { ShoalError } from '../../base/error.ts';
import type { Inbox, ReceivedLetter } from '../../roles/ports/mail.ts';

export interface InboxOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** How many letters are kept; older ones are dropped. */
  readonly keepMax: number;
}

export interface RunningInbox extends Inbox {
  readonly port: number;
  /** All letters that ever came, the dropped ones too. */
  received(): number;
  /** Hands every letter that comes from now on to a listener, as well. @returns how to end it */
  listen(onLetter: (letter: ReceivedLetter) => void): () => void;
  close(): Promise<void>;
}

const LETTER_BYTES_MAX = 1_000_000;

/**
 * An SMTP server that keeps the last letters in memory, for the demo and the tests. It takes every
 * letter and sends none on.
 *
 * @throws ShoalError `port-taken` (stop) when the port is not free
 */
export async function startInbox(options: InboxOptions): Promise<RunningInbox> {
  const kept: ReceivedLetter[] = [];
  const listeners = new Set<(letter: ReceivedLetter) => void>();
  let received = 0;
  const server = new SMTPServer({
    authOptional: true,
    // Without a certificate that can be checked, an offer of TLS would only make sending fail.
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: LETTER_BYTES_MAX,
    rejectOversized: true,
    logger: false,
    onData(stream, _session, done) {
      readBytes(stream)
        .then((bytes) => readLetter(bytes, received + 1))
        .then((letter) => {
          // A letter over the limit is cut off, and the server refuses it whatever is said here.
          if (!stream.sizeExceeded) {
            received += 1;
            kept.unshift(letter);
            kept.splice(options.keepMax);
            for (const listener of listeners) listener(letter);
          }
          done();
        })
        .catch(done);
    },
  });
  server.on('error', () => undefined); // A client that breaks off is no matter of the inbox.
  const port = await listen(server, options);
  return {
    port,
    received: () => received,
    letters: () => [...kept],
    listen: (onLetter) => {
      listeners.add(onLetter);
      return () => void listeners.delete(onLetter);
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function listen(server: SMTPServer, { host, port }: InboxOptions): Promise<number> {
  const socket = server.listen(port, host);
  try {
    await once(socket, 'listening');
  } catch (cause) {
    throw new ShoalError({
      code: 'port-taken',
      remedy: 'stop',
      message: `the inbox cannot listen on ${host}:${port}`,
      hint: 'end the program that holds this port, or choose another one',
      cause,
    });
  }
  const address = socket.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** At most a little more than the limit: what comes beyond it is read and dropped. */
async function readBytes(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    if (bytes <= LETTER_BYTES_MAX) chunks.push(chunk);
    bytes += chunk.length;
  }
  return Buffer.concat(chunks);
}

async function readLetter(bytes: Buffer, count: number): Promise<ReceivedLetter> {
  const mail = await PostalMime.parse(bytes);
  return {
    id: createHash('sha256').update(`${count}\n`).update(bytes).digest('hex').slice(0, 16),
    receivedAt: Date.now(),
    from: mail.from === undefined ? '' : written(mail.from),
    to: (mail.to ?? []).map(written).join(', '),
    subject: mail.subject ?? '',
    html: mail.html ?? '',
    text: mail.text ?? '',
    raw: bytes.toString('utf8'),
  };
}

function written({ name, address }: Address): string {
  if (address === undefined) return name;
  return name === '' ? address : `${name} <${address}>`;
}
