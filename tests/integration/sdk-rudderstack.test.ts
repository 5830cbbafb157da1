import { randomUUID } from 'node:crypto';
import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cluster } from '../support/cluster.ts';
import { FaultyProxy } from '../support/faulty-proxy.ts';
import { eventsIn, expectAll, expectCounted, expectOnce } from '../support/ingested.ts';

/*
 * RudderStack's own SDK for Node sends to Shoal, zipped as it does: every message arrives and counts
 * once, with refusals, lost answers and a NATS that is away in between.
 */

let cluster: Cluster;
let proxy: FaultyProxy;
const beganAt = Date.now();
let failures: unknown[];

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

function sender(): RudderAnalytics {
  failures = [];
  return new RudderAnalytics(cluster.keys.server, {
    dataPlaneUrl: proxy.url,
    flushAt: 10,
    // Only flushes that are asked for.
    flushInterval: 600_000,
    retryCount: 10,
    logLevel: 'error',
    errorHandler: (error: unknown) => failures.push(error),
  });
}

/** What this file has sent, by all of its tests. */
const sent: string[] = [];

/** Sends of every kind, and waits until all of it is answered. */
async function sendEach(analytics: RudderAnalytics, userIds: readonly string[]): Promise<void> {
  const answers: Promise<void>[] = [];
  /** Each with an id of ours, since the SDK tells of none. */
  const send = (post: (id: { readonly messageId: string }, done: () => void) => void): void => {
    const messageId = randomUUID();
    sent.push(messageId);
    answers.push(new Promise((resolve) => post({ messageId }, resolve)));
  };
  for (const userId of userIds) {
    const traits = { plan: 'gold' };
    const order = { event: 'Order Completed', properties: { total: 12.5 } };
    send((id, done) => analytics.identify({ ...id, userId, traits }, done));
    send((id, done) => analytics.page({ ...id, userId, name: 'Home' }, done));
    send((id, done) => analytics.screen({ ...id, userId, name: 'Start' }, done));
    send((id, done) => analytics.group({ ...id, userId, groupId: 'club' }, done));
    const previousId = `${userId} of old`;
    send((id, done) => analytics.alias({ ...id, userId, previousId }, done));
    send((id, done) => analytics.track({ ...id, userId, ...order }, done));
  }
  await analytics.flush();
  await Promise.all(answers);
}

const people = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `c${from + i}`);

test('every message arrives once, with 429 and 503 in between', async () => {
  const analytics = sender();
  proxy.fail(
    { status: 503 },
    { status: 429, retryAfterS: 1 },
    { status: 503 },
    { status: 429, retryAfterS: 1 },
  );
  await sendEach(analytics, people(0, 20));
  expect(failures).toEqual([]);
  expect(proxy.answers.filter((answer) => answer === 429)).toHaveLength(2);
  expect(proxy.answers.filter((answer) => answer === 503)).toHaveLength(2);
  expect(sent).toHaveLength(120);
  await expectOnce(cluster, sent);
  await expectCounted(cluster, 120);
  await expect.poll(() => cluster.live.members['buyers']).toBe(20);
});

test('the log holds what was said', async () => {
  const events = await eventsIn(cluster);
  const of = (event: string) => events.find((each) => each.event === event);
  expect(of('Order Completed')).toMatchObject({
    type: 'track',
    properties: { total: 12.5 },
    context: { library: { name: 'analytics-node' } },
  });
  expect(of('$identify')?.properties).toEqual({ plan: 'gold' });
  // The SDK says when in its own way: originalTimestamp.
  expect(of('$page')?.at).toBeGreaterThanOrEqual(beganAt);
  expect(of('$page')?.at).toBeLessThanOrEqual(Date.now());
});

test('a lost answer: sent again, and counted once', async () => {
  const analytics = sender();
  proxy.fail('lost-answer', 'lost-answer');
  await sendEach(analytics, people(20, 26));
  expect(failures).toEqual([]);
  expect(proxy.answers).toContain('lost');
  await expectAll(cluster, sent);
  await expectCounted(cluster, sent.length);
});

test('NATS is away for a while: 503, and nothing is lost', async () => {
  const analytics = sender();
  proxy.answers.length = 0;
  await cluster.nats.kill();
  const sending = sendEach(analytics, people(26, 32));
  await expect.poll(() => proxy.answers).toContain(503);
  await cluster.nats.restart();
  await sending;
  expect(failures).toEqual([]);
  await expectAll(cluster, sent);
  await expectCounted(cluster, sent.length);
});
