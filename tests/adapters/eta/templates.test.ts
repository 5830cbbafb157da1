import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadTemplates } from '../../../src/adapters/eta/templates.ts';
import { ShoalError, ShoalErrors } from '../../../src/base/error.ts';
import { compareUtf8 } from '../../../src/base/id.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-templates-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(name: string, parts: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(folder, name));
  for (const [part, text] of Object.entries(parts)) {
    await writeFile(join(folder, name, `${part}.eta`), text);
  }
}

async function renderText(text: string, data: Record<string, unknown>): Promise<string> {
  await write('letter', { subject: 'Hello', html: '<p>Hello</p>', text });
  return (await loadTemplates(folder)).render('letter', data).text;
}

async function failureOf(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    () => undefined,
    (error: unknown) => error,
  );
}

test('escapes in html, and only there', async () => {
  const part = '<%= it.name %>';
  await write('letter', { subject: part, html: part, text: part });
  const { render } = await loadTemplates(folder);
  expect(render('letter', { name: `<b>"Ann" & Bob's</b>` })).toEqual({
    subject: `<b>"Ann" & Bob's</b>`,
    html: `&lt;b&gt;"Ann" &amp; Bob's&lt;/b&gt;`,
    text: `<b>"Ann" & Bob's</b>`,
    refusedLinks: [],
  });
});

test('a subject has no line breaks, whatever a name holds', async () => {
  await write('letter', { subject: 'Hello\n<%= it.name %>\n', html: '-', text: '-' });
  const { render } = await loadTemplates(folder);
  const { subject } = render('letter', { name: 'Ann\r\nBcc: eve@example.com\u2028x' });
  expect(subject).toBe('Hello Ann Bcc: eve@example.com x');
});

test('a missing field is named, with the fields that are there and the line', async () => {
  const error = await failureOf(
    renderText('Hello\n<%= it.customer.curse %>', { customer: { name: 'Ann', course: 'Maths' } }),
  );
  expect(error).toBeInstanceOf(ShoalError);
  expect(error).toMatchObject({
    code: 'template-failed',
    remedy: 'refuse-input',
    message: 'template "letter" reads it.customer.curse, which is missing',
    where: 'templates/letter/text.eta:2',
    hint: expect.stringContaining('it.customer has course, name;'),
  });
});

test.each([
  ['a whole object', '<%= it.customer %>', /object cannot be printed|missing/],
  ['null', '<%= it.nothing %>', /null cannot be printed/],
  ['an element beyond the end', '<%= it.orders[1].total %>', /it\.orders\[1\], which is missing/],
  ['a prototype', '<%= it.customer.constructor %>', /it\.customer\.constructor/],
  ['a throw', '<% throw new Error("no") %>', /failed: no/],
])('%s fails the rendering', async (_what, text, message) => {
  const data = { customer: {}, nothing: null, orders: [{ total: 1 }] };
  const error = await failureOf(renderText(text, data));
  expect(error).toMatchObject({ code: 'template-failed', message: expect.stringMatching(message) });
});

test('maybe is the first field that is there and not empty', async () => {
  const text = "<%= it.maybe('customer.first_name', 'customer.name') ?? 'friend' %>";
  await write('letter', { subject: '-', html: '-', text });
  const { render } = await loadTemplates(folder);
  const drawn = [{ first_name: 'Ann', name: 'Ann Lee' }, { first_name: '', name: 'Bob' }, {}].map(
    (customer) => render('letter', { customer }).text,
  );
  expect(drawn).toEqual(['Ann', 'Bob', 'friend']);
});

test('a line break after a tag stays', async () => {
  expect(await renderText('<%= it.name %>\n\nBye', { name: 'Ann' })).toBe('Ann\n\nBye');
});

test('lists can be walked', async () => {
  const text =
    '<% for (const order of it.orders) { %><%= order.total %>;<% } %><%= it.orders.length %>';
  expect(await renderText(text, { orders: [{ total: 1 }, { total: 2 }] })).toBe('1;2;2');
});

test('all that is wrong in a folder is said at once', async () => {
  await write('broken', { subject: '-', html: '<% if ( %>', text: '-' });
  await write('partly', { subject: '-', text: '-' });
  const error = await failureOf(loadTemplates(folder));
  expect(error).toBeInstanceOf(ShoalErrors);
  expect(
    error instanceof ShoalErrors &&
      error.errors.map(({ code, where }) => `${code} ${where}`).toSorted(compareUtf8),
  ).toEqual([
    'template-part-missing templates/partly/html.eta',
    'template-unreadable templates/broken/html.eta',
  ]);
});

test('no name reaches outside the folder', async () => {
  await write('letter', { subject: '-', html: '-', text: '-' });
  const { render, names } = await loadTemplates(join(folder));
  expect(names).toEqual(['letter']);
  for (const name of ['../letter', 'letter/../letter', '/etc/passwd', 'constructor', '@letter']) {
    expect(() => render(name, {})).toThrow(ShoalError);
  }
});
