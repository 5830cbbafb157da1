import { load } from 'cheerio';
import juice from 'juice';
import { expect, test } from 'vitest';
import { inlineStyles } from '../../../src/adapters/eta/inline-styles.ts';

const READING = { xml: { xmlMode: false, encodeEntities: 'utf8' } } as const;

const page = (body: string, sheet = ''): string => `<html><head><style>
p { color: red } .big { font-size: 20px } p:first-child { margin: 0 } td > a { color: blue }
@media (max-width: 600px) { .big { font-size: 16px } } table { width: 100% } ${sheet}
</style></head><body>${body}</body></html>`;

function inlined(html: string, inline: (document: ReturnType<typeof load>) => void): string {
  const document = load(html, READING);
  inline(document);
  return document.html();
}

/** Twice, so that the second is from memory. */
function both(html: string): string[] {
  return [1, 2].map(() => inlined(html, inlineStyles));
}

const byJuice = (html: string): string =>
  inlined(html, (document) => void juice.juiceDocument(document));

test.each([
  page('<p class="big">Hello Ann</p><p>a &amp; b</p>'),
  page('<table><tr><td><a href="https://example.com/a">x</a></td></tr></table>'),
  page('<div><p style="color: green">x</p></div>', '.other { top: 0 }'),
  page('<p title="a">x</p>', '[title=a] { color: pink }'),
])('styles are those that juice finds, the second time too: %j', (html) => {
  expect(both(html)).toEqual([byJuice(html), byJuice(html)]);
});

test('words and links of another letter of the same shape are its own', () => {
  const letter = (name: string): string =>
    page(`<p class="big">Dear ${name}</p><p><a href="https://example.com/${name}">${name}</a></p>`);
  inlined(letter('ann'), inlineStyles);
  expect(inlined(letter('bob'), inlineStyles)).toBe(byJuice(letter('bob')));
});

test.each([
  ['another class', '<p class="big">x</p>', '<p class="small">x</p>'],
  ['another place', '<div><p>x</p></div><p>y</p>', '<div></div><p>x</p><p>y</p>'],
  ['one element more', '<p>x</p>', '<p>x</p><p>y</p>'],
  ['a style of its own', '<p>x</p>', '<p style="top: 0">x</p>'],
])('%s is another shape', (_what, first, second) => {
  inlined(page(first), inlineStyles);
  expect(inlined(page(second), inlineStyles)).toBe(byJuice(page(second)));
});

test('where a sheet looks at words, letters of one shape may differ', () => {
  const sheet = 'a[href*=shop] { color: pink }';
  inlined(page('<a href="https://example.com">x</a>', sheet), inlineStyles);
  const other = page('<a href="https://shop.example.com">x</a>', sheet);
  expect(inlined(other, inlineStyles)).toBe(byJuice(other));
});
