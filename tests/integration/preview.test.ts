import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startInbox, type RunningInbox } from '../../src/adapters/smtp/inbox.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { Cluster } from '../support/cluster.ts';

/*
 * A letter as a customer would get it now, from the running Shoal: as a page, as files, as a test.
 */

const PREVIEW = '/v1/campaigns/games/preview?customer=ann';

let inbox: RunningInbox;
let cluster: Cluster;

beforeAll(async () => {
  inbox = await startInbox({ host: '127.0.0.1', port: 0, keepMax: 10 });
  cluster = await Cluster.start({
    partitions: 2,
    segments: { viewer: 'rule: { event: Product Viewed }\n' },
    campaigns: {
      games: `when: { exited: viewer }
template: educational-games
from: { name: Shop, address: shop@example.com }
offers: [{ segment: viewer, offer: { title: For viewers } }, { offer: { title: For all } }]
`,
    },
    settings: [`smtp.port=${inbox.port}`],
  });
  await cluster.up();
});

afterAll(async () => {
  await cluster?.end();
  await inbox?.close();
});

function event(name: string, properties: CustomerEvent['properties']): CustomerEvent {
  const type = name === '$identify' ? 'identify' : 'track';
  return { type, customer: 'ann', at: Date.now(), event: name, properties, context: {} };
}

test('the page shows what the owner knows now', async () => {
  const unknown = await fetch(cluster.url + PREVIEW);
  expect(unknown.status).toBe(404);
  expect(await unknown.json()).toMatchObject({ code: 'unknown-customer' });

  const kite = { product_id: 'k', name: 'Kite <3', category: 'educational-games', price: 990 };
  await cluster.publish([
    event('$identify', { first_name: 'Ann', email: 'ann@example.com' }),
    event('Product Viewed', kite),
  ]);
  await expect
    .poll(async () => (await fetch(cluster.url + PREVIEW)).text())
    .toContain('<h1>Ann, For viewers</h1>');
  const body = await fetch(cluster.url + PREVIEW.replace('preview?', 'preview/body?'));
  expect(body.headers.get('content-security-policy')).toMatch(/^sandbox;/);
  const html = await body.text();
  expect(html).toContain('<strong>Kite &lt;3</strong>');
  expect(html).toContain('>990</td>');
});

test('the command writes the same, and can send it as a test', async () => {
  const out = join(cluster.folder, 'preview');
  const args = ['--customer', 'ann', '--out', out, '--send-to', 'me@example.com'];
  const { status, stdout, stderr } = await cluster.run(['campaign', 'preview', 'games', ...args]);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^subject {2}Ann, For viewers\n/);
  const page = await fetch(cluster.url + PREVIEW.replace('preview?', 'preview/body?'));
  expect(await readFile(join(out, 'games.html'), 'utf8')).toBe(await page.text());
  expect(await readFile(join(out, 'games.txt'), 'utf8')).toContain('Kite <3');
  expect(inbox.letters()).toMatchObject([
    { to: 'me@example.com', subject: '[test] Ann, For viewers' },
  ]);
});

test('a customer of whom nothing is known is said to be unknown', async () => {
  const args = ['--customer', 'nobody', '--out', join(cluster.folder, 'none')];
  const { status, stderr } = await cluster.run(['campaign', 'preview', 'games', ...args]);
  expect(stderr).toContain('nobody has heard of the customer "nobody"');
  expect(status).toBe(1);
});
