import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkSeal } from '../../../src/adapters/node-crypto/seal.ts';
import { openLink, sealLink, type Link } from '../../../src/wire/link.ts';

const seal = linkSeal('a secret of a test, long enough');
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const CLICK: Link = {
  kind: 'click',
  customer: 'ann@example.com',
  campaign: 'welcome',
  letter: 'ab12',
  url: 'https://example.com/shop?a=1&b=2#top',
};

function tokenOf(link: Link): string {
  const token = sealLink(seal, link);
  if (token === undefined) throw new Error('the link cannot be sealed');
  return token;
}

const arbitraryLink: fc.Arbitrary<Link> = fc
  .record({
    customer: fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }),
    campaign: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/),
    letter: fc.string({ maxLength: 40 }),
    kind: fc.constantFrom('click', 'open', 'unsubscribe'),
    url: fc.webUrl({ withQueryParameters: true, withFragments: true }),
  })
  .map(({ kind, url, ...name }) => (kind === 'click' ? { ...name, kind, url } : { ...name, kind }));

describe('a sealed link', () => {
  it('comes back as it was, is the same each time, and stands in an address as it is', () => {
    fc.assert(
      fc.property(arbitraryLink, (link) => {
        const token = tokenOf(link);
        expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(tokenOf(link)).toBe(token);
        expect(openLink(seal, token)).toEqual(link);
      }),
    );
  });

  it('shows nothing of the customer, and no two of them look alike', () => {
    const token = tokenOf(CLICK);
    const bytes = Buffer.from(token, 'base64url').toString('latin1');
    for (const part of ['ann', 'example', 'welcome']) {
      expect(token).not.toContain(part);
      expect(bytes).not.toContain(part);
    }
    const other = tokenOf({ ...CLICK, letter: 'ab13' });
    const shared = token.split('').filter((character, i) => i > 2 && character === other[i]).length;
    expect(shared).toBeLessThan(token.length / 4);
  });

  it('opens to nothing when any one character is another', () => {
    const token = tokenOf(CLICK);
    for (let i = 0; i < token.length; i++) {
      for (const character of ALPHABET) {
        if (character === token[i]) continue;
        const changed = token.slice(0, i) + character + token.slice(i + 1);
        expect(openLink(seal, changed), `${i} ${character}`).toBeUndefined();
      }
    }
  });

  it('opens to nothing when any byte is another, when it is cut or goes on', () => {
    fc.assert(
      fc.property(arbitraryLink, fc.nat(), fc.integer({ min: 1, max: 255 }), (link, at, flip) => {
        const token = tokenOf(link);
        const bytes = Buffer.from(token, 'base64url');
        const place = at % bytes.length;
        bytes[place] = (bytes[place] ?? 0) ^ flip;
        expect(openLink(seal, bytes.toString('base64url'))).toBeUndefined();
        expect(openLink(seal, token.slice(0, at % token.length))).toBeUndefined();
        expect(openLink(seal, token.slice(1 + (at % token.length)))).toBeUndefined();
      }),
    );
    const token = tokenOf(CLICK);
    for (const more of ['A', 'AA', '=', ' ', '\n', '.', token])
      expect(openLink(seal, token + more), more).toBeUndefined();
  });

  it('opens to nothing for any other text, and under any other secret', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        expect(openLink(seal, text)).toBeUndefined();
      }),
    );
    expect(openLink(linkSeal('another secret, as long'), tokenOf(CLICK))).toBeUndefined();
    expect(openLink(seal, 'A'.repeat(1_000_000))).toBeUndefined();
  });
});
