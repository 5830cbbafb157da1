import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadTemplates } from '../../../src/adapters/eta/templates.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-templates-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Writes files such as `letter/html`, and renders `letter`. */
async function render(files: Readonly<Record<string, string>>, data: Record<string, unknown>) {
  for (const [name, text] of Object.entries({ 'letter/subject': 'Hello', ...files })) {
    const file = join(folder, `${name}.eta`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return (await loadTemplates(folder)).render('letter', data);
}

const LAYOUT = `<h1><%= it.title %></h1>
<main><%~ it.body %></main>
<small><%= it.sender %></small>`;

test('a letter stands in its layout, which reads the same data and what it is given', async () => {
  const { html } = await render(
    {
      '_layout/html': LAYOUT,
      'letter/html': "<% layout('_layout/html', { title: 'A & B' }) %><p><%= it.name %></p>",
    },
    { name: '<b>', sender: 'School' },
  );
  expect(html).toBe('<h1>A &amp; B</h1>\n<main><p>&lt;b&gt;</p></main>\n<small>School</small>');
});

test('a missing field of a layout is named with the line of the layout', async () => {
  const files = {
    '_layout/html': LAYOUT,
    'letter/html': "\n\n\n<% layout('_layout/html', { title: 'A' }) %>",
  };
  await expect(render(files, { name: 'Ann' })).rejects.toMatchObject({
    code: 'template-failed',
    message: 'template "letter" reads it.sender, which is missing',
    where: 'templates/_layout/html.eta:3',
    hint: expect.stringMatching(/^it has body, maybe, name, title;/),
  });
});

test('what is included is as strict, and as escaped', async () => {
  const files = {
    '_parts/button': '<a href="<%= it.href %>"><%= it.label %></a>',
    'letter/html': "<%~ include('_parts/button', { href: it.url, label: it.maybe('x') ?? '<' }) %>",
  };
  const { html } = await render(files, { url: 'https://example.com/?a=1&b="' });
  expect(html).toBe('<a href="https://example.com/?a=1&amp;b=&quot;">&lt;</a>');
  const broken = { ...files, 'letter/html': "<%~ include('_parts/button', { href: 'x' }) %>" };
  await expect(render(broken, {})).rejects.toMatchObject({
    message: 'template "letter" reads it.label, which is missing',
    where: 'templates/_parts/button.eta:1',
  });
});

test('maybe asks of an object in hand, too', async () => {
  const text = "<% it.list.forEach((one) => { %><%= it.maybe(one, 'a.b', 'c') ?? '-' %> <% }) %>";
  const list = [{ a: { b: 1 } }, { a: 5, c: 2 }, {}];
  const { text: drawn } = await render({ 'letter/html': '-', 'letter/text': text }, { list });
  expect(drawn).toBe('1 2 - ');
});

test('folders of parts are no templates', async () => {
  await render({ '_layout/html': LAYOUT, 'letter/html': '-' }, {});
  expect((await loadTemplates(folder)).names).toEqual(['letter']);
});

test('styles go onto the elements, those of media queries stay', async () => {
  const page = `<html><head><style>.a { color: red } td.a { padding: 1px }
@media (prefers-color-scheme: dark) { .a { color: white !important } }</style></head>
<body><table><tr><td class="a">x</td></tr></table></body></html>`;
  const { html } = await render({ 'letter/html': page }, {});
  expect(html).toContain('<td class="a" style="color: red; padding: 1px;">');
  expect(html).toMatch(/<style>\s*@media \(prefers-color-scheme: dark\)/);
  expect(html).not.toContain('td.a');
});

test.each([
  ['https://example.com/?a=1&b=2', true],
  ['http://example.com', true],
  ['mailto:ann@example.com', true],
  ['#top', true],
  ['javascript:alert(1)', false],
  ['JavaScript:alert(1)', false],
  ['java\nscript:alert(1)', false],
  [' javascript:alert(1)', false],
  ['data:text/html,x', false],
  ['vbscript:x', false],
  ['//example.com/x', false],
  ['/cart', false],
  ['tel:5550100', false],
  ['', false],
])('a link to %j stays: %s', async (link, stays) => {
  const files = { 'letter/html': '<a href="<%= it.link %>">x</a>', 'letter/text': '-' };
  const { html, refusedLinks } = await render(files, { link });
  expect(html.includes('href')).toBe(stays);
  expect(refusedLinks).toEqual(stays ? [] : [link.replaceAll(/\s/g, '')]);
});

test('a scheme hidden in entities is no way around', async () => {
  const page = '<a href="java&#115;cript:alert(1)">x</a><img src="file:///etc/passwd" alt="">';
  const { html } = await render({ 'letter/html': page }, {});
  expect(html).toBe('<a>x</a><img alt="">');
});

test('what is written for Outlook, in many scripts, and as entities is left alone', async () => {
  const page = '<!--[if mso]><b>x</b><![endif]--><p>Привет, 世界 &amp; &lt;you&gt;&nbsp;👋</p>';
  const { html } = await render({ 'letter/html': page }, {});
  expect(html).toBe(page);
});

test('a text that was not written is made of the HTML', async () => {
  const page = `<html><head><title>t</title><style>p { color: red }</style></head><body>
<div class="preheader">hidden</div><h1>Hello <%= it.name %></h1>
<table><tr><td>First</td><td>5 €</td></tr><tr><td>Second</td><td>6 €</td></tr></table>
<p><a href="https://example.com/cart">To the cart</a><img src="https://example.com/x.png" alt="x"></p>
</body></html>`;
  const { text } = await render({ 'letter/html': page }, { name: '<b>Ann</b>' });
  expect(text.replaceAll(/\n+/g, '\n')).toBe(
    'Hello <b>Ann</b>\nFirst 5 €\nSecond 6 €\nTo the cart [https://example.com/cart]\n',
  );
});
