import { afterAll, beforeAll, expect, test } from 'vitest';
import { partitionOf } from '../../src/base/hash.ts';
import type { Explanation } from '../../src/engine/explain/explanation.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import type { Query } from '../../src/wire/questions/query.ts';
import { querySubject, TRIGGERS_STREAM } from '../../src/wire/subject.ts';
import { readTrigger } from '../../src/wire/trigger.ts';
import { Cluster } from '../support/cluster.ts';
import { readStream } from '../support/stream.ts';
import { membersAfter, readTransitions } from '../support/transitions.ts';

/*
 * Visitors who log in, through the whole house: what they did before, and what they do later under
 * their old ids, is the customer's, whatever is killed in between. The tests tell one story, in
 * their order.
 */

const PARTITIONS = 4;
const COUNT = 60;
const NUMBERS = Array.from({ length: COUNT }, (_, i) => i);
const VISITORS = NUMBERS.map((i) => `visitor-${i}`);
/** Each is one with the visitor at the same place; some of them live in one partition. */
const USERS = NUMBERS.map((i) => `user-${(i * 7) % COUNT}`);

const SEGMENTS = {
  viewers: 'rule: { event: Product Viewed, atLeast: 3 }\n',
  keen: 'rule: { event: Product Viewed, atLeast: 5 }\n',
  buyers: 'rule: { event: Order Completed, within: 4w }\n',
  decided: `
rule:
  all:
    - { event: Product Viewed, atLeast: 3 }
    - { event: Order Completed }
`,
};
/** Asks of the past what nothing has asked before. */
const LATER = {
  ...SEGMENTS,
  'big-eyes': 'rule: { event: Product Viewed, sum: price, atLeast: 50 }\n',
};

let cluster: Cluster;

beforeAll(async () => {
  cluster = await Cluster.start({
    partitions: PARTITIONS,
    segments: SEGMENTS,
    settings: ['checkpoint.interval=2s'],
  });
  await cluster.up();
});

afterAll(() => cluster.end());

function event(
  customer: string,
  name: string,
  properties: CustomerEvent['properties'] = {},
): CustomerEvent {
  const anonymousId = customer.startsWith('visitor') ? customer : undefined;
  const base = { customer, anonymousId, at: Date.now(), properties, context: {} };
  return { ...base, type: 'track', event: name };
}

function views(count: number): CustomerEvent[] {
  const one = VISITORS.map((visitor) => event(visitor, 'Product Viewed', { price: 10 }));
  return Array.from({ length: count }, () => one).flat();
}

function logIn(i: number): CustomerEvent {
  const ids = { customer: USERS[i] ?? '', anonymousId: VISITORS[i] };
  const base = { ...ids, at: Date.now(), properties: {}, context: {} };
  return { ...base, type: 'identify', event: '$identify' };
}

/** All members by segment, as who has followed all transitions knows them. */
async function members(): Promise<Record<string, string[]>> {
  const all = new Map<string, string[]>();
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const { items } = await readTransitions(cluster.link.log, partition);
    for (const [segment, own] of membersAfter(items)) {
      all.set(segment, [...(all.get(segment) ?? []), ...own]);
    }
  }
  const sorted = [...all].map(([segment, own]) => [segment, own.toSorted()] as const);
  return Object.fromEntries(sorted);
}

/** Who was announced, as often as it was: `segment entered customer`. */
async function announced(): Promise<string[]> {
  const triggers = (await readStream(cluster.link.log, TRIGGERS_STREAM)).map(readTrigger);
  return triggers
    .filter((trigger) => trigger?.['quiet'] === false)
    .map((trigger) =>
      ['segment', 'type', 'customer'].map((key) => JSON.stringify(trigger?.[key])).join(' '),
    )
    .toSorted();
}

const entered = (segment: string, customers: readonly string[]): string[] =>
  customers.map((customer) =>
    [segment, 'shoal.segment.entered', customer].map((one) => JSON.stringify(one)).join(' '),
  );

async function viewsOf(customer: string): Promise<number> {
  const query: Query = { type: 'explain', customer, segment: 'viewers' };
  const subject = querySubject(partitionOf(customer, PARTITIONS));
  const body = Buffer.from(JSON.stringify(query));
  const answer = await cluster.link.bus.request(subject, body, 5_000);
  const { rule } = JSON.parse(Buffer.from(answer).toString()) as Explanation; // its own answer
  if (rule?.kind !== 'condition' || rule.evidence.kind !== 'count') return 0;
  return rule.evidence.count;
}

async function expectMembers(wanted: Record<string, readonly string[]>): Promise<void> {
  const sorted = Object.entries(wanted).map(([segment, own]) => [segment, own.toSorted()] as const);
  await expect
    .poll(members, { interval: 300, timeout: 60_000 })
    .toEqual(Object.fromEntries(sorted));
}

test('visitors look around, and customers buy', async () => {
  const apart = NUMBERS.filter(
    (i) => partitionOf(VISITORS[i] ?? '', PARTITIONS) !== partitionOf(USERS[i] ?? '', PARTITIONS),
  );
  expect(apart.length).toBeGreaterThan(COUNT / 2);
  expect(apart.length).toBeLessThan(COUNT);
  await cluster.publish(views(3));
  await cluster.publish(USERS.map((user) => event(user, 'Order Completed')));
  await expectMembers({ viewers: VISITORS, buyers: USERS });
});

test('they log in while everything is killed: the customers have seen what the visitors saw', async () => {
  await cluster.publish(NUMBERS.slice(0, COUNT / 2).map(logIn));
  const publishing = cluster.publish(NUMBERS.slice(COUNT / 2).map(logIn));
  await cluster.killAll();
  await publishing;
  await expectMembers({ viewers: USERS, buyers: USERS, decided: USERS });
  expect(await Promise.all(USERS.map(viewsOf))).toEqual(USERS.map(() => 3));
});

test('only who is in a segment that neither of the two was in is announced', async () => {
  const wanted = [
    ...entered('viewers', VISITORS),
    ...entered('buyers', USERS),
    ...entered('decided', USERS),
  ];
  await expect.poll(announced, { interval: 300 }).toEqual(wanted.toSorted());
});

test('what comes under the old id is the customer’s, also when it comes twice', async () => {
  const late = views(2).map((one, i) => ({ ...one, messageId: `late-${i}` }));
  const publishing = cluster.publish([...late, ...late]);
  await cluster.killAll();
  await publishing;
  await expectMembers({ viewers: USERS, buyers: USERS, decided: USERS, keen: USERS });
  expect(await Promise.all(USERS.map(viewsOf))).toEqual(USERS.map(() => 5));
  const wanted = [
    ...entered('viewers', VISITORS),
    ...['buyers', 'decided', 'keen'].flatMap((segment) => entered(segment, USERS)),
  ];
  await expect.poll(announced, { interval: 300 }).toEqual(wanted.toSorted());
});

test('a segment that is defined later knows what was seen before', async () => {
  await cluster.down('SIGTERM');
  await cluster.define(LATER);
  await cluster.up();
  await cluster.killAll();
  const all = { viewers: USERS, buyers: USERS, decided: USERS, keen: USERS };
  await expectMembers({ ...all, 'big-eyes': USERS });
  await expect
    .poll(() => cluster.live.members)
    .toMatchObject({ viewers: COUNT, 'big-eyes': COUNT });
});
