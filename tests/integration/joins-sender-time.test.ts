import { expect, onTestFinished, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../src/base/time.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { Cluster } from '../support/cluster.ts';
import { readTransitions } from '../support/transitions.ts';

/* Where the senders' time alone counts, parcels bring theirs along: nothing comes from the future. */

const PARTITIONS = 4;
const NUMBERS = Array.from({ length: 24 }, (_, i) => i);
const T0 = Date.parse('2025-03-01T12:00:00Z');

function viewOf(i: number, at: number): CustomerEvent {
  const base = { customer: `visitor-${i}`, anonymousId: `visitor-${i}`, at };
  return { ...base, type: 'track', event: 'Product Viewed', properties: {}, context: {} };
}

function logIn(i: number, at: number): CustomerEvent {
  const base = { customer: `user-${(i * 7) % NUMBERS.length}`, anonymousId: `visitor-${i}`, at };
  return { ...base, type: 'identify', event: '$identify', properties: {}, context: {} };
}

/** What has been told of users in the segment, by instant. */
async function told(cluster: Cluster, kind: 'entry' | 'exit'): Promise<string[]> {
  const all = Array.from({ length: PARTITIONS }, (_, p) => readTransitions(cluster.link.log, p));
  const items = (await Promise.all(all)).flatMap((one) => one.items);
  return items.flatMap((item) =>
    item.kind === kind && item.customer.startsWith('user')
      ? [`${new Date(item.at).toISOString()} ${item.why}`]
      : [],
  );
}

test('a customer leaves when the last view of the visitor whom they were is a day ago', async () => {
  let now = T0;
  const cluster = await Cluster.start({
    partitions: PARTITIONS,
    segments: { recent: 'rule: { event: Product Viewed, within: 1d }\n' },
    settings: ['clock=sender'],
    sentAt: () => now,
  });
  onTestFinished(() => cluster.end());
  await cluster.up();
  await cluster.publish(NUMBERS.map((i) => viewOf(i, T0)));
  now = T0 + HOUR_MS;
  await cluster.publish(NUMBERS.map((i) => logIn(i, now)));
  const each = (text: string): string[] => NUMBERS.map(() => text);
  const entries = each('2025-03-01T13:00:00.000Z merge');
  await expect.poll(() => told(cluster, 'entry'), { interval: 200 }).toEqual(entries);

  await cluster.tick(T0 + DAY_MS - 1);
  expect(await told(cluster, 'exit')).toEqual([]);
  now = T0 + 2 * HOUR_MS;
  const later = NUMBERS.slice(0, 5).map((i) => viewOf(i, now));
  await cluster.publish(later);
  await expect.poll(() => cluster.live.totals.events).toBe(2 * NUMBERS.length + later.length);
  await cluster.tick(T0 + 2 * DAY_MS);
  const exits = [
    ...NUMBERS.slice(5).map(() => '2025-03-02T12:00:00.000Z time'),
    ...later.map(() => '2025-03-02T14:00:00.000Z time'),
  ];
  const sorted = async (): Promise<string[]> => (await told(cluster, 'exit')).toSorted();
  await expect.poll(sorted, { interval: 200 }).toEqual(exits);
});
