import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runInProcess } from '../../support/in-process.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-validate-'));
  await Promise.all(
    ['segments', 'campaigns', 'templates'].map((name) => mkdir(join(folder, name))),
  );
  await write('segments/vip.yaml', 'rule: { attribute: shoe.size, atLeast: 42 }');
});
afterEach(() => rm(folder, { recursive: true }));

async function write(path: string, text: string): Promise<void> {
  await writeFile(join(folder, path), text);
}

/** `shoal validate` with one campaign, whose template has this HTML. */
async function validate(campaign: string, html: string, ...flags: readonly string[]) {
  const from = 'from: { name: S, address: s@example.com }';
  await write('campaigns/c.yaml', `${campaign}\ntemplate: letter\n${from}\n`);
  await mkdir(join(folder, 'templates', 'letter'));
  await write('templates/letter/subject.eta', 'Hello');
  await write('templates/letter/html.eta', html);
  const folders = ['segments', 'campaigns', 'templates'].flatMap((name) => {
    return ['--set', `folders.${name}=${join(folder, name)}`];
  });
  return runInProcess(['validate', ...folders, ...flags]);
}

test('a field that may be missing names itself, its line, and the fields that are there', async () => {
  const { status, stderr } = await validate(
    'when: { entered: vip }',
    '<p>Hello</p>\n<p><%= it.customer.city %></p>',
  );
  expect(status).toBe(78);
  expect(stderr).toBe(
    'campaign "c", to a customer of whom nothing is known: ' +
      'template "letter" reads it.customer.city, which is missing\n' +
      '  at templates/letter/html.eta:2\n' +
      "  hint: it.customer has email, id; for what may be missing: it.maybe('…') ?? " +
      "'something else'\n",
  );
});

test('what only a customer gets of whom much is known is looked at, too', async () => {
  const { status, stderr } = await validate(
    'when: { event: Order Completed }',
    '<% for (const product of it.viewed) { %>\n<%= product.prize %>\n<% } %>',
  );
  expect(status).toBe(78);
  expect(stderr).toContain('campaign "c", to a customer of whom all is known: template "letter"');
  expect(stderr).toContain('reads it.viewed[0].prize, which is missing');
  expect(stderr).toContain('at templates/letter/html.eta:2');
  expect(stderr).toContain('it.viewed[0] has at, brand, category');
});

test('each offer is tried', async () => {
  const { status, stderr } = await validate(
    `when: { entered: vip }
offers: [{ segment: vip, offer: { code: A } }, { offer: { title: B } }]`,
    "<%= it.offer.title %><%= it.maybe('offer.code') ?? '' %>",
  );
  expect(status).toBe(78);
  expect(stderr).toContain('to a customer of whom all is known, in segment "vip": template');
  expect(stderr).toContain('it.offer.title, which is missing');
  expect(stderr).toContain('it.offer has code;');
});

test('a link that is none for a letter', async () => {
  const { status, stderr } = await validate(
    'when: { entered: vip }',
    '<a href="/cart">Cart</a><a href="https://example.com/">Shop</a>',
  );
  expect(status).toBe(78);
  expect(stderr).toContain('campaign "c": template "letter" has the link "/cart"');
  expect(stderr).not.toContain('"https://');
});

test('what every recipient has, and what rules read, may be read', async () => {
  const { status, stderr } = await validate(
    'when: { attribute: course, changed: true }',
    `<%= it.customer.course %> <%= it.customer.email %> <%= it.trigger.to %> <%= it.campaign.name %>
<%= it.maybe('firstName') ?? 'friend' %> <% if (it.maybe('customer.shoe.size') !== undefined) { %>
<%= it.customer.shoe.size %><% } %>`,
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('of a private attribute a trigger tells nothing for certain', async () => {
  const { status, stderr } = await validate(
    'when: { attribute: city, changed: true }',
    '<p><%= it.customer.city %> <%= it.trigger.to %></p>',
    '--set',
    'privateAttributes=city',
  );
  expect(status).toBe(78);
  expect(stderr).toContain('template "letter" reads it.trigger.to, which is missing');
});

test('and never what it was before', async () => {
  const { status, stderr } = await validate(
    'when: { attribute: city, changed: true }',
    "<p><%= it.maybe('trigger.to') %></p>\n<p><%= it.maybe('trigger.from') ?? it.trigger.from %></p>",
    '--set',
    'privateAttributes=email,city',
  );
  expect(status).toBe(78);
  expect(stderr).toContain('to a customer of whom all is known: template "letter"');
  expect(stderr).toContain('reads it.trigger.from, which is missing');
});
