import { describe, expect, it } from 'vitest';
import { letterHtml } from '../../../src/adapters/cheerio/letter-html.ts';

const upper = ({ href }: { href: string }): string => href.toUpperCase();

describe('the links of a letter', () => {
  it.each([
    ['<a href="x">x</a>', '<a href="X">x</a>'],
    ["<A class=b HREF='x' id=c>x</A>", '<A class=b href="X" id=c>x</A>'],
    ['<a href=x>x</a>', '<a href="X">x</a>'],
    ['<a/href=x>x</a>', '<a/href="X">x</a>'],
    [`<a title="href='no'" href=x href=y>x</a>`, `<a title="href='no'" href="X" href=y>x</a>`],
    ['<a href="?a=1&amp;b=2">x</a>', '<a href="?A=1&amp;B=2">x</a>'],
    ['<a href="?a=1&b=2">x</a>', '<a href="?A=1&amp;B=2">x</a>'],
    [`<a href='"<>'>x</a>`, '<a href="&quot;&lt;>">x</a>'],
    ['<map><area href="x"></map>', '<map><area href="X"></map>'],
    ['<a href="x">1<a href="y">2', '<a href="X">1<a href="Y">2'],
    ['<p><a href="x"><b>1</p>2</a></b>', '<p><a href="X"><b>1</p>2</a></b>'],
    ['<table><a href="x">1</a></table>', '<table><a href="X">1</a></table>'],
  ])('%s become %s', (before, after) => {
    expect(letterHtml.rewrite(before, upper, '')).toBe(after);
  });

  it.each([
    '<!doctype html>\r\n<html><body  class = a>&nbsp;&copy; x&y\u00A0</body ></html>\n',
    '<!--[if mso]><a href="x">x</a><![endif]-->',
    '<style>a[href="x"] { color: red }</style>',
    '<img src="x"><link href="x"><a name="x">x</a>',
    '',
  ])('are all that is touched: %s', (html) => {
    expect(letterHtml.rewrite(html, upper, '')).toBe(html);
  });

  it('stay where nothing is to take their place', () => {
    const html = `<a href='x'>x</a><a href='y' data-untracked>y</a>`;
    const seen: unknown[] = [];
    const rewritten = letterHtml.rewrite(
      html,
      (link) => {
        seen.push(link);
        return undefined;
      },
      '',
    );
    expect(rewritten).toBe(html);
    expect(seen).toEqual([
      { href: 'x', isUntracked: false },
      { href: 'y', isUntracked: true },
    ]);
  });

  it.each([
    ['<html><body><p>x</p></body></html>', '<html><body><p>x</p><i></body></html>'],
    ['<p>x</p>', '<p>x</p><i>'],
    ['<p>x', '<p>x<i>'],
  ])('are followed by an ending: %s', (before, after) => {
    expect(letterHtml.rewrite(before, () => undefined, '<i>')).toBe(after);
  });
});
