import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadSegments } from '../../src/app/definitions-folder.ts';
import { DAY_MS } from '../../src/base/time.ts';
import { Cluster } from '../support/cluster.ts';
import { readSample, Recount, type SampleLine } from '../support/sample.ts';
import { membersAfter, readTransitions } from '../support/transitions.ts';
import { eventually } from '../support/world.ts';

/*
 * A year of a real shop through the whole house: what the WebSocket tells at an instant is what a
 * naive recount of the same events finds, also across a stop and a kill. The tests tell one story,
 * in their order.
 */

/** Each holds for 5 to 95 % of the customers whenever it is looked at; all but one end by time. */
const SEGMENTS = {
  recent: '{ event: Order Completed, within: 30d }',
  regular: '{ event: Order Completed, within: 90d, atLeast: 2 }',
  seldom: '{ event: Order Completed, within: 90d, atMost: 1 }',
  'big-spender': '{ event: Order Completed, within: 90d, sum: total, atLeast: 500 }',
  'true-spender': `
    event: Order Completed
    within: 60d
    sum: total
    minus: { event: Order Refunded, sum: total }
    atLeast: 300`,
  'large-orders': '{ event: Order Completed, within: 60d, average: total, atLeast: 300 }',
  lapsed: `
    all:
      - event: Order Completed
      - not: { event: Order Completed, within: 60d }`,
  settled: `
    latest: Order Completed
    within: 90d
    atLeastAgo: 14d
    notFollowedBy: { event: Order Refunded }`,
  'home-and-garden': `
    event: Order Completed
    within: 90d
    lines: { of: products, where: { category: '22' } }
    sum: quantity
    atLeast: 50`,
  'quiet-at-home': `
    all:
      - { attribute: country, in: [United Kingdom] }
      - not: { segment: recent }`,
  loyal: '{ event: Order Completed, atLeast: 3 }',
};

/** How long a timed change waits for late events: the default of the setting. */
const GRACE_MS = 1_000;

const sample = readSample('online-retail.ndjson.gz');
let cluster: Cluster;
let recount: Recount;
let sentLines = 0;
const lookedAt: number[] = [];

beforeAll(async () => {
  const files = Object.entries(SEGMENTS).map(([id, rule]) => [
    id,
    `rule:${rule.startsWith('\n') ? rule : ` ${rule}`}\n`,
  ]);
  cluster = await Cluster.start({
    partitions: 16,
    segments: Object.fromEntries(files),
    // A checkpoint is stored at a stop and never before, so a kill leaves something to replay.
    settings: ['clock=sender', 'checkpoint.interval=1w'],
  });
  recount = new Recount(await loadSegments(cluster.segmentsFolder));
});

afterAll(() => cluster.end());

/** Sends what happened up to and with an instant, and has not been sent yet. */
async function sendUntil(at: number): Promise<void> {
  const end = sample.findIndex(({ event }) => event.at > at);
  const slice = sample.slice(sentLines, end < 0 ? sample.length : end);
  sentLines += slice.length;
  for (const { event } of slice) recount.add(event);
  const printed = await cluster.sendFile(slice.map(({ text }) => text));
  expect(printed).toMatch(new RegExp(`^${slice.length} events .* 0 malformed`));
}

/** The live counts equal the recount as of an instant, at which all timers due by then fired. */
async function expectCountsAt(at: number): Promise<void> {
  const wanted = recount.counts(at);
  for (const [id, members] of Object.entries(wanted)) {
    const percent = (100 * members) / recount.customers;
    const what = `${id} holds for ${percent.toFixed(1)} % at ${iso(at)}`;
    expect(percent, what).toBeGreaterThanOrEqual(5);
    expect(percent, what).toBeLessThanOrEqual(95);
  }
  await cluster.tick(at + GRACE_MS);
  await expectLiveMembers(wanted, at);
  lookedAt.push(at);
}

/** Waits for the feed to tell what the owners have told; then all must be as wanted. */
async function expectLiveMembers(wanted: Record<string, number>, at: number): Promise<void> {
  const statuses = await cluster.statuses();
  const told = (id: string): number =>
    statuses.reduce((sum, { counts }) => sum + (counts[id]?.members ?? 0), 0);
  await eventually('the feed is up to date', () =>
    Object.keys(wanted).every((id) => cluster.live.members[id] === told(id)),
  );
  expect(cluster.live.members, `at ${iso(at)}`).toEqual(wanted);
  for (const { members, entered, exited } of Object.values(cluster.live.counts))
    expect(entered - exited).toBe(members);
}

/**
 * The instant t + W of an order at t, the first one from `fromAt` on that no other order of its
 * customer follows within W: there, time alone takes the order out of the window.
 */
function expiryOf(windowMs: number, fromAt: number): number {
  const orders = sample.filter(({ event }) => event.event === 'Order Completed');
  const isLone = ({ event }: SampleLine): boolean =>
    !orders.some(
      ({ event: other }) =>
        other.customer === event.customer && other.at > event.at && other.at <= event.at + windowMs,
    ) && !sample.some(({ event: other }) => other.at === event.at + windowMs);
  const order = orders.find((line) => line.event.at >= fromAt && isLone(line));
  if (order === undefined) throw new Error('the sample has no such order');
  return order.event.at + windowMs;
}

/** One millisecond makes the difference, and no event does. */
async function expectExpiry(windowMs: number, fromAt: number): Promise<void> {
  const at = expiryOf(windowMs, fromAt);
  await sendUntil(at - 1);
  await expectCountsAt(at - 1);
  const before = { ...cluster.live.members };
  await expectCountsAt(at);
  expect(cluster.live.members).not.toEqual(before);
}

test('the counts are those of a recount, to the millisecond', async () => {
  await cluster.up();
  await sendUntil(at('2011-03-01'));
  await expectCountsAt(at('2011-03-01'));
  await expectExpiry(30 * DAY_MS, at('2011-03-02'));
  await expectExpiry(60 * DAY_MS, at('2011-04-01'));
  await sendUntil(at('2011-08-01'));
  await expectCountsAt(at('2011-08-01'));
});

test('a stop and a start keep the counts, and nothing is read again', async () => {
  const before = { ...cluster.live.counts };
  expect(await cluster.down('SIGTERM')).toBe(0);
  await cluster.up();
  expect(cluster.live.counts).toEqual(before);
  expect(await cluster.figure('shoal_owner_live')).toBe(16);
  expect(await cluster.figure('shoal_owner_replayed_messages_total')).toBe(0);
  expect(await cluster.figure('shoal_owner_applied_events_total')).toBe(0);

  await sendUntil(at('2011-09-15'));
  await expectCountsAt(at('2011-09-15'));
  await expectExpiry(90 * DAY_MS, at('2011-07-01'));
  for (const [id, { entered, exited }] of Object.entries(cluster.live.counts)) {
    expect(entered).toBeGreaterThanOrEqual(before[id]?.entered ?? Infinity);
    expect(exited).toBeGreaterThanOrEqual(before[id]?.exited ?? Infinity);
  }
});

test('a kill while events come in loses nothing and doubles nothing', async () => {
  const before = cluster.live.totals.events;
  const sending = sendUntil(at('2011-11-15'));
  await eventually('something is applied', () => cluster.live.totals.events > before);
  await cluster.down('SIGKILL');
  await sending;
  await cluster.up();
  await expectCountsAt(at('2011-11-15'));
  // From the checkpoint of the stop on, not from the start.
  const replayed = await cluster.figure('shoal_owner_replayed_messages_total');
  expect(replayed).toBeGreaterThan(0);
  const applied = await cluster.figure('shoal_owner_applied_events_total');
  expect(applied).toBeLessThan(sentLines / 2);
});

test('when no more events come, time alone moves members', async () => {
  await sendUntil(Infinity);
  const lastAt = sample.at(-1)?.event.at ?? 0;
  await expectCountsAt(lastAt);
  const before = { ...cluster.live.counts };
  await expectCountsAt(lastAt + 10 * DAY_MS);
  await expectCountsAt(lastAt + 20 * DAY_MS - 1);
  await expectCountsAt(lastAt + 20 * DAY_MS);
  expect(cluster.live.counts['lapsed']?.entered).toBeGreaterThan(before['lapsed']?.entered ?? 0);
  expect(cluster.live.counts['settled']?.entered).toBeGreaterThan(before['settled']?.entered ?? 0);
  expect(cluster.live.counts['recent']?.exited).toBeGreaterThan(before['recent']?.exited ?? 0);
  expect(lookedAt.length).toBeGreaterThanOrEqual(8);
});

test('the transitions are numbered in one chain and lead to the same members', async () => {
  const { counts } = cluster.live;
  // What is live may not be published yet; a stop waits for it.
  expect(await cluster.down('SIGTERM')).toBe(0);
  const told = await Promise.all(
    Array.from({ length: 16 }, (_, partition) => readTransitions(cluster.link.log, partition)),
  );
  for (const { records } of told) {
    const epochs = records.filter(({ kind }) => kind === 'claim').map(({ epoch }) => epoch);
    expect(epochs).toEqual([1, 2, 3]);
  }
  const items = told.flatMap((partition) => partition.items);
  const members = membersAfter(items);
  for (const [id, count] of Object.entries(counts)) {
    expect([...(members.get(id) ?? [])].toSorted(), id).toEqual(
      recount.members(id, lookedAt.at(-1) ?? 0),
    );
    const of = (kind: string): number =>
      items.filter((item) => item.kind === kind && 'segment' in item && item.segment === id).length;
    expect({ entered: of('entry'), exited: of('exit') }, id).toEqual({
      entered: count.entered,
      exited: count.exited,
    });
  }
});

function at(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
