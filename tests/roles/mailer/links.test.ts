import { describe, expect, it } from 'vitest';
import { letterHtml } from '../../../src/adapters/cheerio/letter-html.ts';
import { linkSeal } from '../../../src/adapters/node-crypto/seal.ts';
import { Links } from '../../../src/roles/mailer/links.ts';
import { openLink } from '../../../src/wire/link.ts';

const BASE = 'https://mail.example.com/shoal';
const seal = linkSeal('a secret of a test, long enough');
const LETTER = { customer: 'ann@example.com', campaign: 'welcome', letter: 'ab12' };

function linksOf(opens: boolean, publicUrl = BASE): Links {
  return new Links({ publicUrl, seal, html: letterHtml, opens });
}

function tracked(html: string, opens = false): string {
  return linksOf(opens).track({ subject: 's', html, text: 't' }, LETTER).html;
}

/** What a letter's addresses are, in order. */
function hrefs(html: string): string[] {
  return [...html.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href);
}

describe('a letter', () => {
  it('gets links that tell of clicks and lead where its author said', () => {
    const [href = ''] = hrefs(tracked('<a href=" https://example.com/?a=1&amp;b=2 ">x</a>'));
    expect(href.startsWith(`${BASE}/c/`)).toBe(true);
    const token = href.slice(`${BASE}/c/`.length);
    const url = 'https://example.com/?a=1&b=2';
    expect(openLink(seal, token)).toEqual({ kind: 'click', ...LETTER, url });
  });

  it.each([
    '<a href="mailto:ann@example.com">x</a>',
    '<a href="tel:+100">x</a>',
    '<a href="#top">x</a>',
    '<a href="https://example.com" data-untracked>x</a>',
    `<a href="${linksOf(false).unsubscribeUrl(LETTER)}">x</a>`,
    `<a href="https://example.com/${'x'.repeat(2_000)}">x</a>`,
    '<p>https://example.com</p>',
  ])('keeps %s', (html) => {
    expect(tracked(html)).toBe(html);
  });

  it('is the same when it is written again, and when it goes through twice', () => {
    const html = '<a href="https://example.com">x</a>';
    expect(tracked(html)).toBe(tracked(html));
    expect(tracked(tracked(html))).toBe(tracked(html));
  });

  it('keeps its subject and its text', () => {
    const rendered = { subject: 's', html: '', text: 'https://example.com' };
    expect(linksOf(true).track(rendered, LETTER)).toMatchObject({
      subject: 's',
      text: 'https://example.com',
    });
  });

  it('has a picture that tells of its opening only where that is wanted', () => {
    const html = '<html><body><p>x</p></body></html>';
    expect(tracked(html, false)).toBe(html);
    const [, token = ''] = /\/o\/([\w-]+)\.gif" width="1"/.exec(tracked(html, true)) ?? [];
    expect(openLink(seal, token)).toEqual({ kind: 'open', ...LETTER });
  });

  it('tells where to unsubscribe, whether or not the address ends in a slash', () => {
    const url = linksOf(false, `${BASE}/`).unsubscribeUrl(LETTER) ?? '';
    expect(url).toBe(linksOf(false).unsubscribeUrl(LETTER));
    expect(url.startsWith(`${BASE}/u/`)).toBe(true);
    const token = url.slice(`${BASE}/u/`.length);
    expect(openLink(seal, token)).toEqual({ kind: 'unsubscribe', ...LETTER });
  });

  it('shows nothing of the customer in its links', () => {
    const html = tracked('<a href="https://example.com/a">x</a>', true);
    expect(html).not.toMatch(/ann|@/);
  });

  it('has no such link when the id of the customer is too long for an address', () => {
    const far = { ...LETTER, customer: 'x'.repeat(3_000) };
    const rendered = { subject: 's', html: '<a href="https://example.com">x</a>', text: 't' };
    expect(linksOf(true).unsubscribeUrl(far)).toBeUndefined();
    expect(linksOf(true).track(rendered, far)).toEqual(rendered);
  });
});
