import type { ReceivedLetter } from '../../roles/ports/mail.ts';

/** Where a letter leads a reader who has it before them; only what the gateway serves. */
export interface LetterLinks {
  /** Pictures that tell when the letter is opened. */
  readonly pixels: readonly string[];
  readonly clicks: readonly string[];
  /** Where one POST ends all letters (RFC 8058); undefined: the letter offers none. */
  readonly unsubscribe: string | undefined;
}

const IMAGE = /<img\s[^>]*?\bsrc="([^"]*)"/g;
const ANCHOR = /<a\s[^>]*?\bhref="([^"]*)"/g;

/** @param publicUrl where the gateway is, without a slash at its end */
export function linksOf({ html, raw }: ReceivedLetter, publicUrl: string): LetterLinks {
  const among = (pattern: RegExp, room: string): string[] =>
    [...html.matchAll(pattern)].flatMap(([, href = '']) =>
      href.startsWith(`${publicUrl}/${room}/`) ? [href] : [],
    );
  const isOneClick = headerOf(raw, 'List-Unsubscribe-Post') === 'List-Unsubscribe=One-Click';
  const [, target = ''] = /<([^>]*)>/.exec(headerOf(raw, 'List-Unsubscribe')) ?? [];
  const isOurs = target.startsWith(`${publicUrl}/u/`);
  return {
    pixels: among(IMAGE, 'o'),
    clicks: among(ANCHOR, 'c'),
    unsubscribe: isOneClick && isOurs ? target : undefined,
  };
}

/** The value of a header, on one line though it may stand on several; empty when there is none. */
export function headerOf(raw: string, name: string): string {
  const [head = ''] = raw.split('\r\n\r\n', 1);
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const start = `${name.toLowerCase()}:`;
  const line = lines.find((each) => each.toLowerCase().startsWith(start)) ?? '';
  return line.slice(start.length).trim();
}
