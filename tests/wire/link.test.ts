import { describe, expect, it } from 'vitest';
import { isWebAddress, openLink, sealLink, type Link, type Seal } from '../../src/wire/link.ts';

/** Seals nothing: what is looked at here is what stands inside. */
const OPEN: Seal = {
  seal: (plain) => Buffer.from(plain).toString('base64url'),
  open: (text) => new Uint8Array(Buffer.from(text, 'base64url')),
};
const NAME = { customer: 'ann', campaign: 'welcome', letter: 'ab' };

function click(url: string): Link {
  return { kind: 'click', ...NAME, url };
}

/** A token of what another version, or a thief of the secret, might have sealed. */
function tokenOf(content: unknown): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

describe('links', () => {
  it.each(['https://example.com/a b?c=д', 'HTTP://example.com', 'http://[::1]:8080/#x'])(
    'lead to %s',
    (url) => {
      const token = sealLink(OPEN, click(url)) ?? '';
      expect(openLink(OPEN, token)).toEqual(click(url));
    },
  );

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'mailto:ann@example.com',
    'ftp://example.com',
    '//example.com',
    '/shop',
    'http://',
    'https://exa mple.com/',
    '',
  ])('do not lead to %s', (url) => {
    expect(isWebAddress(url)).toBe(false);
    expect(sealLink(OPEN, click(url))).toBeUndefined();
    expect(openLink(OPEN, tokenOf([0, 'ann', 'welcome', 'ab', url]))).toBeUndefined();
  });

  it('are not made when they would be too long for an address', () => {
    const token = sealLink(OPEN, click(`https://example.com/${'x'.repeat(1_300)}`));
    expect(token?.length).toBeLessThan(2_048);
    expect(sealLink(OPEN, click(`https://example.com/${'x'.repeat(1_500)}`))).toBeUndefined();
    const far: Link = { kind: 'unsubscribe', ...NAME, customer: 'я'.repeat(800) };
    expect(sealLink(OPEN, far)).toBeUndefined();
  });

  it.each([
    [3, 'ann', 'welcome', 'ab'],
    [-1, 'ann', 'welcome', 'ab'],
    [1, 7, 'welcome', 'ab'],
    [1, 'ann', null, 'ab'],
    [1, 'ann', 'welcome'],
    ['1', 'ann', 'welcome', 'ab'],
    [0, 'ann', 'welcome', 'ab'],
  ])('of another version open to nothing: %j', (...content) => {
    expect(openLink(OPEN, tokenOf(content))).toBeUndefined();
  });

  it.each([{}, 'x', null])('that hold no list open to nothing: %j', (content) => {
    expect(openLink(OPEN, tokenOf(content))).toBeUndefined();
    expect(openLink(OPEN, 'AAAA')).toBeUndefined();
  });
});
