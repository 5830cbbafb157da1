import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectRedis } from '../../src/adapters/redis/connect.ts';
import { RedisConsents } from '../../src/adapters/redis/consents.ts';
import { linkSeal } from '../../src/adapters/node-crypto/seal.ts';
import { sealLink, type Link } from '../../src/wire/link.ts';
import { Cluster } from '../support/cluster.ts';
import { runInProcess } from '../support/in-process.ts';
import { eventually, RecordingLogger, systemClock } from '../support/world.ts';

/*
 * The links of letters on real servers: what is clicked, opened and unsubscribed is seen by
 * segments, and what was changed on its way is not.
 */

const SECRET = 'a secret of a test, long enough';
const SHOP = 'https://example.com/shop';
const seal = linkSeal(SECRET);

let cluster: Cluster;

beforeAll(async () => {
  cluster = await Cluster.start({
    partitions: 2,
    segments: {
      clicked: `rule: { event: Email Clicked, where: { url: '${SHOP}' } }\n`,
      opened: 'rule: { event: Email Opened, where: { verified: true } }\n',
      fetched: 'rule: { event: Email Opened, where: { verified: false } }\n',
      gone: 'rule: { latest: Unsubscribed, where: { scope: "*" }, notFollowedBy: { event: Subscribed } }\n',
    },
    settings: [`mail.secret=${SECRET}`, 'checkpoint.interval=1s'],
  });
  await cluster.up();
});

afterAll(() => cluster?.end());

function urlOf(customer: string, link: 'click' | 'open' | 'unsubscribe'): string {
  const name = { customer, campaign: 'course-welcome', letter: `letter-of-${customer}` };
  const content: Link =
    link === 'click' ? { kind: link, ...name, url: SHOP } : { kind: link, ...name };
  const token = sealLink(seal, content) ?? '';
  const path = { click: `c/${token}`, open: `o/${token}.gif`, unsubscribe: `u/${token}` }[link];
  return `${cluster.url}/${path}`;
}

function get(url: string, agent = 'Firefox/140.0'): Promise<Response> {
  return fetch(url, { redirect: 'manual', headers: { 'user-agent': agent } });
}

async function expectMembers(segment: string, members: number): Promise<void> {
  await eventually(`${members} in ${segment}`, () => cluster.live.members[segment] === members);
}

async function consents(): Promise<string[]> {
  const world = { clock: systemClock, logger: new RecordingLogger() };
  const redis = await connectRedis(cluster.redis.url, world);
  const found: string[] = [];
  for await (const { customer, scope, consent } of new RedisConsents(redis, 'shoal').all())
    found.push(`${customer} ${scope} ${consent.state} ${consent.source}`);
  redis.disconnect();
  return found.toSorted();
}

test('clicks and openings are seen by segments', async () => {
  const answer = await get(urlOf('ann@example.com', 'click'));
  expect([answer.status, answer.headers.get('location')]).toEqual([302, SHOP]);
  expect((await get(urlOf('ben', 'open'))).status).toBe(200);
  expect((await get(urlOf('cem', 'open'), 'GoogleImageProxy')).status).toBe(200);
  await expectMembers('clicked', 1);
  await expectMembers('opened', 1);
  await expectMembers('fetched', 1);
});

test('a link with any changed byte leads nowhere and is no event', async () => {
  const url = urlOf('dan', 'click');
  const start = url.lastIndexOf('/') + 1;
  for (let i = start; i < url.length; i++) {
    const changed = `${url.slice(0, i)}${url[i] === 'x' ? 'y' : 'x'}${url.slice(i + 1)}`;
    const answer = await get(changed);
    expect([i, answer.status, answer.headers.get('location')]).toEqual([i, 404, null]);
  }
  const tried = url.length - start;
  const labels = { kind: 'click', outcome: 'bad-token' };
  expect(await cluster.figure('shoal_tracking_requests_total', labels)).toBe(tried);
  // One that is right comes behind all of them: whoever is counted by then is all there is.
  await get(urlOf('eve', 'click'));
  await expectMembers('clicked', 2);
});

test('unsubscribing: looking changes nothing, one click does, and it can be undone', async () => {
  const url = urlOf('fay', 'unsubscribe');
  const asked = await (await get(url)).text();
  expect(asked).toContain('Only “Welcome to the course”');
  expect(await consents()).toEqual([]);

  const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
  expect((await fetch(url, { method: 'POST', body })).status).toBe(200);
  expect(await consents()).toEqual(['fay * withdrawn one-click']);
  expect((await fetch(url, { method: 'POST', body })).status).toBe(200);
  await expectMembers('gone', 1);

  const again = new URLSearchParams({ choice: 'again-all', shown: '1' });
  expect((await fetch(url, { method: 'POST', body: again })).status).toBe(200);
  expect(await consents()).toEqual(['fay * given page']);
  await expectMembers('gone', 0);
});

test('lists go in and come out: suppressions and consents', async () => {
  const shoal = (...args: string[]) => runInProcess([...args, '--redis', cluster.redis.url]);
  expect(await shoal('suppressions', 'add', 'Gil@example.com', '--reason', 'complaint')).toEqual({
    status: 0,
    stdout: 'added\n',
    stderr: '',
  });
  const file = join(cluster.folder, 'suppressed.csv');
  expect((await shoal('suppressions', 'export', file)).status).toBe(0);
  const text = await readFile(file, 'utf8');
  expect(text).toMatch(/^"address","reason","at"\n"gil@example.com","complaint","20[^"]*Z"\n$/);
  expect((await shoal('suppressions', 'remove', 'gil@example.com')).stdout).toBe('removed\n');
  expect((await shoal('suppressions', 'list')).stderr).toBe('0 addresses\n');
  expect((await shoal('suppressions', 'import', file)).stdout).toBe('1 imported, 0 refused\n');
  expect((await shoal('suppressions', 'list')).stdout).toMatch(/^gil@example.com\tcomplaint\t20/);

  const consentFile = join(cluster.folder, 'consents.csv');
  expect((await shoal('consents', 'export', consentFile)).status).toBe(0);
  expect(await readFile(consentFile, 'utf8')).toContain('"fay","*","given",');
  expect((await shoal('consents', 'import', consentFile)).stdout).toBe('1 imported, 0 refused\n');
  const missing = await shoal('consents', 'import', join(cluster.folder, 'none.csv'));
  expect([missing.status, missing.stderr]).toEqual([1, expect.stringContaining('none.csv')]);
  expect((await shoal('suppressions', 'add', 'no address')).status).toBe(2);
  expect((await shoal('suppressions', 'forget')).status).toBe(2);
});

test('with Redis away nobody is half unsubscribed; with NATS away visitors are led on', async () => {
  const url = urlOf('hal', 'unsubscribe');
  const body = new URLSearchParams({ choice: 'campaign' });
  await cluster.redis.kill();
  expect((await fetch(url, { method: 'POST', body })).status).toBe(503);
  await cluster.redis.restart();
  await expect
    .poll(async () => (await fetch(url, { method: 'POST', body })).status, { timeout: 30_000 })
    .toBe(200);
  expect(await consents()).toContain('hal course-welcome withdrawn page');

  await cluster.nats.kill();
  expect((await get(urlOf('ida', 'click'))).status).toBe(302);
  expect((await fetch(url, { method: 'POST', body })).status).toBe(503);
  const labels = { kind: 'click', outcome: 'log-silent' };
  expect(await cluster.figure('shoal_tracking_requests_total', labels)).toBe(1);
  await cluster.nats.restart();
  await expect
    .poll(async () => (await fetch(url, { method: 'POST', body })).status, { timeout: 30_000 })
    .toBe(200);
});
