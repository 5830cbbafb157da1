import { createTransport } from 'nodemailer';
import type { Letter } from '../../roles/ports/mail.ts';

/** What letters are signed with (RFC 6376). */
export interface DkimKey {
  readonly domain: string;
  readonly selector: string;
  /** PEM. */
  readonly privateKey: string;
}

/** A letter as it goes over the wire. */
export interface Composed {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly message: Buffer;
}

/**
 * RFC 8058 asks that the signature cover the two headers of unsubscribing; nodemailer's own list
 * leaves them out. The others are what a recipient sees or what decides how the rest is read.
 */
const SIGNED_HEADERS = [
  'From',
  'To',
  'Subject',
  'Date',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
].join(':');

/** A header's line may be 998 characters long (RFC 5322, 2.1.1), and an address is not broken. */
const URL_LENGTH_MAX = 900;

/** Makes letters into messages, and signs them where there is a key. */
export function composer(dkim: DkimKey | undefined): (letter: Letter) => Promise<Composed> {
  const transport = createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(dkim !== undefined && {
      dkim: {
        domainName: dkim.domain,
        keySelector: dkim.selector,
        privateKey: dkim.privateKey,
        headerFieldNames: SIGNED_HEADERS,
      },
    }),
  });
  return async (letter) => {
    const { envelope, message } = await transport.sendMail({
      messageId: `<${letter.messageId}>`,
      // Objects, never `"name" <address>` texts: a name could add a recipient.
      from: { name: letter.from.name, address: letter.from.address },
      to: { name: letter.to.name, address: letter.to.address },
      subject: letter.subject,
      html: letter.html,
      text: letter.text,
      ...unsubscribing(letter.unsubscribeUrl),
    });
    const { from, to } = envelope;
    if (typeof from !== 'string' || !Buffer.isBuffer(message)) throw badLetter('has no sender');
    const [recipient, ...others] = to;
    if (recipient === undefined || others.length > 0) throw badLetter('has not one recipient');
    return { envelope: { from, to: [recipient] }, message };
  };
}

function unsubscribing(url: string | undefined): object {
  if (url === undefined || url.length > URL_LENGTH_MAX) return {};
  return {
    list: { unsubscribe: { url } },
    headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
  };
}

/** With nodemailer's code for an envelope that cannot be. */
function badLetter(what: string): Error {
  return Object.assign(new Error(`a letter ${what}`), { code: 'EENVELOPE' });
}
