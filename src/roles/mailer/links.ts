import { isWebAddress, sealLink, type LetterName, type Link, type Seal } from '../../wire/link.ts';
import type { HtmlLink, LetterHtml } from '../ports/letter-html.ts';
import type { Rendered } from '../ports/mail.ts';

/*
 * The links of letters: where to unsubscribe, and, between the rendering of a letter and its
 * handing over, its own links made ones that tell of clicks.
 *
 * 1. The same letter gets the same links, however often it is written.
 * 2. Where a link cannot be made, the letter keeps what its author wrote.
 * 3. The text of a letter stays as it is: its links stand there for people to read.
 */

export interface LinksParts {
  /** Where the gateway is for customers: `https://mail.example.com`. */
  readonly publicUrl: string;
  readonly seal: Seal;
  readonly html: LetterHtml;
  /** Whether letters get a picture that tells when they are opened. */
  readonly opens: boolean;
}

export class Links {
  readonly #parts: LinksParts;
  readonly #base: string;

  constructor(parts: LinksParts) {
    this.#parts = parts;
    this.#base = parts.publicUrl.replace(/\/+$/, '');
  }

  /**
   * For the letter's words and for its header `List-Unsubscribe`.
   *
   * @returns undefined when the customer's id is too long for any address
   */
  unsubscribeUrl(letter: LetterName): string | undefined {
    return this.#address('u', { kind: 'unsubscribe', ...letter });
  }

  /** The letter with its clicks and, where it is wanted, its opening told. */
  track(rendered: Rendered, letter: LetterName): Rendered {
    const { html, opens } = this.#parts;
    const targetOf = (link: HtmlLink): string | undefined => this.#targetOf(link, letter);
    const pixel = opens ? this.#address('o', { kind: 'open', ...letter }) : undefined;
    const ending = pixel === undefined ? '' : pixelHtml(`${pixel}.gif`);
    return { ...rendered, html: html.rewrite(rendered.html, targetOf, ending) };
  }

  #targetOf({ href, isUntracked }: HtmlLink, letter: LetterName): string | undefined {
    const url = href.trim();
    if (isUntracked || !isWebAddress(url) || this.#isOurs(url)) return undefined;
    return this.#address('c', { kind: 'click', ...letter, url });
  }

  #isOurs(url: string): boolean {
    return ['c', 'o', 'u'].some((room) => url.startsWith(`${this.#base}/${room}/`));
  }

  #address(room: 'c' | 'o' | 'u', link: Link): string | undefined {
    const token = sealLink(this.#parts.seal, link);
    return token === undefined ? undefined : `${this.#base}/${room}/${token}`;
  }
}

/** Empty `alt`: nobody who hears a letter read out hears of it. */
function pixelHtml(src: string): string {
  return `<img src="${src}" width="1" height="1" alt="" style="border:0">`;
}
