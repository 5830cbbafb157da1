import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startService, type Service } from '../../src/app/service/service.ts';
import { readSettings } from '../../src/app/settings.ts';
import { UTC } from '../../src/base/zone.ts';
import { TRIGGERS_STREAM } from '../../src/wire/subject.ts';
import { Cluster } from '../support/cluster.ts';
import { eventsIn, expectCounted } from '../support/ingested.ts';
import { readStream } from '../support/stream.ts';

/*
 * Events over HTTP into a whole Shoal with real servers: what is acknowledged is in the log, and
 * counts once however often and wherever it was sent. The tests tell one story, in their order.
 */

const IDS_MAX = 1_000;

let cluster: Cluster;
let second: Service;

beforeAll(async () => {
  const segments = { buyers: 'rule: { event: Order Completed }\n' };
  const settings = [`dedup.ids=${IDS_MAX}`, 'ingest.eventsPerSecond.customer=100000'];
  cluster = await Cluster.start({ partitions: 2, segments, settings });
  await cluster.up();
  second = await anotherGateway();
});

afterAll(async () => {
  await second.stop();
  await cluster.end();
});

/** On the same servers, with the other adapter of HTTP. */
function anotherGateway(): Promise<Service> {
  const flags = new Map([
    ['nats.url', cluster.nats.url],
    ['redis.url', cluster.redis.url],
    ['partitions', '2'],
    ['http.port', '0'],
    ['http.engine', 'node-http'],
    ['files.keys', `${cluster.folder}/keys.yaml`],
    ['log.level', 'error'],
  ]);
  return startService({
    settings: readSettings({ flags }),
    definitions: { segments: [], campaigns: [], zone: UTC },
    roles: ['gateway'],
    signal: new AbortController().signal,
    onFailure: (error) => {
      throw error;
    },
  });
}

interface Message {
  readonly type: string;
  readonly userId: string;
  readonly messageId?: string | undefined;
  readonly timestamp?: string;
  readonly event: string;
}

function orders(count: number, from = 0): Message[] {
  return Array.from({ length: count }, (_, i) => ({
    type: 'track',
    userId: `c${from + i}`,
    messageId: randomUUID(),
    event: 'Order Completed',
  }));
}

async function post(url: string, batch: readonly Message[], path = '/v1/batch'): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${cluster.keys.server}:`).toString('base64')}`;
  const body = JSON.stringify({ batch });
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers: { authorization }, body });
  await answer.arrayBuffer();
  return answer.status;
}

/** Events that the engine has counted, by all tests up to now. */
let counted = 0;

test('a messageId through two gateways and a restart counts once', async () => {
  const batch = orders(50);
  const both = (): Promise<number[]> =>
    Promise.all([post(cluster.url, batch), post(second.url ?? '', batch)]);
  expect(await both()).toEqual([200, 200]);
  counted += 50;
  await expectCounted(cluster, counted);
  expect(await cluster.down('SIGKILL')).toBe(null);
  await cluster.up();
  expect(await both()).toEqual([200, 200]);
  // What comes after them has been counted: so they have been looked at.
  expect(await post(cluster.url, orders(20, 100))).toBe(200);
  counted += 20;
  await expectCounted(cluster, counted);
  expect(cluster.live.members).toEqual({ buyers: 70 });
  const ids = (await eventsIn(cluster)).map(({ messageId }) => messageId);
  expect([ids.length, new Set(ids).size]).toEqual([220, 70]);
});

test('a body of history counts once, and triggers nothing', async () => {
  const past = orders(300, 1_000).map((order, i) => ({
    ...order,
    messageId: undefined,
    timestamp: new Date(Date.UTC(2020, 0, 1) + i * 60_000).toISOString(),
  }));
  const before = await triggers();
  expect(await post(cluster.url, past, '/v1/import')).toBe(200);
  expect(await post(second.url ?? '', past, '/v1/import')).toBe(200);
  expect(await post(cluster.url, orders(1, 5_000))).toBe(200);
  counted += 301;
  await expectCounted(cluster, counted);
  expect(cluster.live.members).toEqual({ buyers: 371 });
  // The live one comes last in its partition; the others are told of on subjects of their own.
  await expect.poll(triggers).toBe(before + 1);
});

async function triggers(): Promise<number> {
  const all = await readStream(cluster.link.log, TRIGGERS_STREAM);
  return all.filter(({ subject }) => subject.startsWith('shoal.triggers.')).length;
}

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'what was acknowledged before a %s is in the log',
  async (signal) => {
    const acknowledged: string[] = [];
    const statuses = new Set<number | string>();
    const over = new AbortController();
    const client = async (from: number): Promise<void> => {
      while (!over.signal.aborted) {
        const batch = orders(3, from);
        const status = await post(cluster.url, batch).catch(() => 'gone');
        statuses.add(status);
        if (status === 200) acknowledged.push(...batch.map(({ messageId }) => messageId ?? ''));
        if (status === 'gone') return;
      }
    };
    const clients = Array.from({ length: 8 }, (_, i) => client(10_000 + i * 3));
    await expect.poll(() => acknowledged.length).toBeGreaterThan(100);
    await cluster.down(signal);
    over.abort();
    await Promise.all(clients);
    expect([...statuses].filter((status) => status !== 'gone' && status !== 503)).toEqual([200]);
    const ids = new Set((await eventsIn(cluster)).map(({ messageId }) => messageId));
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
    await cluster.up();
  },
);

test('too many messageIds shrink the time for which they are known, which is told', async () => {
  const windows = (): Promise<number> => cluster.figure('shoal_dedup_window_seconds');
  for (let i = 0; i < 25; i++) expect(await post(cluster.url, orders(200, 20_000))).toBe(200);
  await expect.poll(() => cluster.figure('shoal_dedup_forgotten_ids_total')).toBeGreaterThan(0);
  expect(await windows()).toBeLessThan(1_200);
});
