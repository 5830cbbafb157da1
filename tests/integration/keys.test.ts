import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Analytics } from '@segment/analytics-node';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Cluster } from '../support/cluster.ts';
import { expectCounted, expectOnce } from '../support/ingested.ts';

/*
 * Keys of a Shoal that runs: changed without a restart, without a lost event, and never shown.
 */

let cluster: Cluster;

beforeAll(async () => {
  const segments = { buyers: 'rule: { event: Order Completed }\n' };
  cluster = await Cluster.start({ partitions: 2, segments });
  await cluster.up();
});

afterAll(() => cluster.end());

/** `shoal keys …`. @returns the secret that it prints */
async function keys(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await cluster.run(['keys', ...args]);
  expect(status, stderr).toBe(0);
  return stdout.trim();
}

/** What an event that counts for nothing is answered with. */
async function statusWith(secret: string): Promise<number> {
  const headers = { 'x-write-key': secret };
  const body = JSON.stringify({ batch: [] });
  return (await fetch(`${cluster.url}/v1/batch`, { method: 'POST', headers, body })).status;
}

test('a secret is changed for another while events come in, and none is lost', async () => {
  const old = await keys('add', 'shop');
  await expect.poll(() => statusWith(old)).toBe(200);
  const sent: string[] = [];
  const errors: unknown[] = [];
  const sender = (writeKey: string): Analytics => {
    const analytics = new Analytics({ writeKey, host: cluster.url, flushAt: 5, flushInterval: 20 });
    analytics.on('error', (error) => errors.push(error));
    analytics.on('track', ({ event }) => sent.push(event.messageId ?? 'none'));
    onTestFinished(() => analytics.closeAndFlush());
    return analytics;
  };
  const send = (analytics: Analytics): void => {
    for (let i = 0; i < 7; i++) analytics.track({ userId: `c${i}`, event: 'Order Completed' });
  };

  const before = sender(old);
  send(before);
  const young = await keys('rotate', 'shop');
  send(before);
  await expect.poll(() => statusWith(young)).toBe(200);
  const after = sender(young);
  send(before);
  send(after);
  await before.closeAndFlush();
  await keys('retire', 'shop');
  await expect.poll(() => statusWith(old)).toBe(401);
  send(after);
  await after.closeAndFlush();

  expect(errors).toEqual([]);
  expect(sent).toHaveLength(35);
  await expectOnce(cluster, sent);
  await expectCounted(cluster, 35);

  await keys('remove', 'shop');
  await expect.poll(() => statusWith(young)).toBe(401);
  for (const secret of [old, young, cluster.keys.server]) {
    expect(cluster.program.stderr).not.toContain(secret);
    expect(await readFile(join(cluster.folder, 'keys.yaml'), 'utf8')).not.toContain(secret);
  }
});

test('more than a key may send: 429, with the time to wait, and then it may again', async () => {
  const slow = await keys('add', 'slow', '--rate', '2');
  await expect.poll(() => statusWith(slow)).toBe(200);
  const batch = Array.from({ length: 10 }, (_, i) => ({
    ...{ type: 'track', userId: 'ann', event: 'Product Viewed', messageId: `slow-${i}` },
  }));
  const send = async (): Promise<Response> => {
    const headers = { 'x-write-key': slow };
    const body = JSON.stringify({ batch });
    return fetch(`${cluster.url}/v1/batch`, { method: 'POST', headers, body });
  };
  // What has been asked up to now may count; then this is too much for the second that comes.
  await expect.poll(async () => (await send()).status).toBe(200);
  const refused = await send();
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(await refused.json()).toMatchObject({ code: 'too-many-requests' });
  await expect.poll(async () => (await send()).status).toBe(200);
  const limited = await cluster.figure('shoal_keys_limited_requests_total', { reason: 'key' });
  expect(limited).toBeGreaterThanOrEqual(1);
});

test('a broken file: the keys stay, and the log says so without showing it', async () => {
  const { server } = cluster.keys;
  await writeFile(
    join(cluster.folder, 'keys.yaml'),
    `server: { kind: server, sha256: [${server}] }`,
  );
  const isSaid = (): boolean =>
    cluster.program
      .logLines()
      .some(({ level, msg }) => level === 'error' && msg.startsWith('the file of keys is broken'));
  await expect.poll(isSaid).toBe(true);
  expect(await statusWith(server)).toBe(200);
  expect(cluster.program.stderr).not.toContain(server);

  expect(await cluster.down('SIGTERM')).toBe(0);
  const program = cluster.launch();
  expect(await program.exited).toBe(78);
  expect(program.stderr).toContain('keys.yaml: server.sha256[0]');
  expect(program.stderr).not.toContain(server);
});
