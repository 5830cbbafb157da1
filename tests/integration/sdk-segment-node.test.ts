import { Analytics } from '@segment/analytics-node';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Cluster } from '../support/cluster.ts';
import { FaultyProxy } from '../support/faulty-proxy.ts';
import { eventsIn, expectAll, expectCounted, expectOnce } from '../support/ingested.ts';

/*
 * Segment's own SDK for Node sends to Shoal: every message arrives and counts once, with refusals,
 * lost answers and a NATS that is away in between.
 */

let cluster: Cluster;
let proxy: FaultyProxy;
const beganAt = Date.now();

beforeAll(async () => {
  const segments = { buyers: 'rule: { event: Order Completed }\n' };
  cluster = await Cluster.start({ partitions: 4, segments });
  await cluster.up();
  proxy = await FaultyProxy.start(cluster.url);
});

afterAll(async () => {
  await proxy.stop();
  await cluster.end();
});

/** What this file has sent, by all of its tests. */
const sent: string[] = [];

function sender(): { readonly analytics: Analytics; readonly errors: unknown[] } {
  const analytics = new Analytics({
    writeKey: cluster.keys.server,
    host: proxy.url,
    flushAt: 10,
    flushInterval: 100,
  });
  const errors: unknown[] = [];
  analytics.on('error', (error) => errors.push(error));
  for (const type of ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const)
    analytics.on(type, ({ event }) => sent.push(event.messageId ?? 'none'));
  onTestFinished(() => analytics.closeAndFlush());
  return { analytics, errors };
}

/** Sends of every kind. @returns how many messages */
function sendEach(analytics: Analytics, people: readonly string[]): number {
  for (const userId of people) {
    analytics.identify({ userId, traits: { plan: 'gold', age: 30 } });
    analytics.page({ userId, name: 'Home', properties: { path: '/' } });
    analytics.screen({ userId, name: 'Start' });
    analytics.group({ userId, groupId: 'club' });
    analytics.alias({ userId, previousId: `${userId} of old` });
    analytics.track({ userId, event: 'Order Completed', properties: { total: 12.5 } });
  }
  return people.length * 6;
}

const people = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `c${from + i}`);

test('every message arrives once, with 429 and 503 in between', async () => {
  const { analytics, errors } = sender();
  proxy.fail(
    { status: 429, retryAfterS: 1 },
    { status: 503 },
    { status: 503 },
    { status: 429, retryAfterS: 1 },
    { status: 503 },
  );
  const messages = sendEach(analytics, people(0, 30));
  await analytics.closeAndFlush();
  expect(errors).toEqual([]);
  expect(proxy.answers.filter((answer) => answer === 429)).toHaveLength(2);
  expect(proxy.answers.filter((answer) => answer === 503)).toHaveLength(3);
  expect(sent).toHaveLength(messages);
  await expectOnce(cluster, sent);
  await expectCounted(cluster, sent.length);
  await expect.poll(() => cluster.live.members['buyers']).toBe(30);
});

test('the log holds what was said', async () => {
  const events = await eventsIn(cluster);
  const of = (event: string) => events.find((each) => each.event === event);
  expect(of('Order Completed')).toMatchObject({
    type: 'track',
    properties: { total: 12.5 },
    context: { library: { name: '@segment/analytics-node' } },
  });
  expect(of('$identify')?.properties).toEqual({ plan: 'gold', age: 30 });
  expect(of('$page')?.properties).toEqual({ path: '/', name: 'Home' });
  expect(of('$screen')?.at).toBeGreaterThanOrEqual(beganAt);
  expect(of('$screen')?.at).toBeLessThanOrEqual(Date.now());
});

test('a lost answer: sent again, and counted once', async () => {
  const { analytics, errors } = sender();
  proxy.fail('lost-answer', 'lost-answer');
  sendEach(analytics, people(30, 40));
  await analytics.closeAndFlush();
  expect(errors).toEqual([]);
  expect(proxy.answers).toContain('lost');
  await expectAll(cluster, sent);
  await expectCounted(cluster, sent.length);
});

test('NATS is away for a while: 503, and nothing is lost', async () => {
  const { analytics, errors } = sender();
  proxy.answers.length = 0;
  await cluster.nats.kill();
  sendEach(analytics, people(40, 50));
  const closing = analytics.closeAndFlush();
  await expect.poll(() => proxy.answers).toContain(503);
  await cluster.nats.restart();
  await closing;
  expect(errors).toEqual([]);
  await expectAll(cluster, sent);
  await expectCounted(cluster, sent.length);
  await expect.poll(() => cluster.live.members['buyers']).toBe(50);
});
