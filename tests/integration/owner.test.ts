import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chunksOf, decodeManifest } from '../../src/wire/checkpoint.ts';
import type { PartitionStatus } from '../../src/wire/live.ts';
import {
  eventsStream,
  eventsSubject,
  liveSubject,
  REJECTED_STREAM,
  transitionsSubject,
} from '../../src/wire/subject.ts';
import { encodeRecord } from '../../src/wire/transition-record.ts';
import {
  brief,
  definitionsOf,
  identify,
  itemsOf,
  OwnerHouse,
  track,
  type Run,
} from '../support/owner.ts';
import { eventually } from '../support/world.ts';

const BUYERS = definitionsOf({ buyers: '{ event: Order Completed }' });
const REPLAYED = 'shoal_owner_replayed_messages_total';

let house: OwnerHouse;

beforeAll(async () => {
  house = await OwnerHouse.start();
});
afterAll(() => house.stop());

function codes(run: Run): unknown[] {
  return run.failures.map((failure) => (failure as { code?: unknown }).code);
}

describe('live', () => {
  test('events become numbered transitions behind a claim', async () => {
    const partition = await house.newPartition();
    const run = await house.runLive({ partition, definitions: BUYERS });
    await house.send(partition, [track('ann', 'Order Completed'), track('bob', 'Product Viewed')]);
    await house.send(partition, [track('bob', 'Order Completed')]);
    const status = await house.applied(partition, 3);
    expect(status).toMatchObject({ partition, full: true, events: 3, customers: 2 });
    expect(status.counts).toEqual({ buyers: { members: 2, entered: 2, exited: 0 } });
    await run.owner.stop();
    const records = await house.records(partition);
    expect(records[0]).toMatchObject({ kind: 'claim', epoch: 1, from: 1, to: 0, items: [] });
    expect(itemsOf(records).map(brief)).toEqual(['ann+buyers', 'bob+buyers']);
    expect(run.failures).toEqual([]);
  });

  test('attributes are answered, and a question that makes no sense is refused', async () => {
    const partition = await house.newPartition();
    await house.runLive({ partition, definitions: BUYERS });
    await house.send(partition, [identify('ann', { city: 'Omsk' })]);
    await house.applied(partition, 1);
    const ask = (customer: string): Promise<unknown> =>
      house.ask(partition, { type: 'attributes', customer });
    expect(await ask('ann')).toEqual({ known: true, attributes: { city: 'Omsk' } });
    expect(await ask('zoe')).toEqual({ known: false, attributes: {} });
    const nonsense = house.link.bus.request(`shoal.query.${partition}`, Buffer.from('{}'), 5_000);
    await expect(nonsense).rejects.toMatchObject({ code: 'bad-query' });
  });

  test('what changed is told at once, and all of it every two seconds', async () => {
    const partition = await house.newPartition();
    const told: PartitionStatus[] = [];
    const end = house.link.bus.subscribe(liveSubject(partition), (body) => {
      const status: PartitionStatus = JSON.parse(Buffer.from(body).toString());
      told.push(status);
    });
    await house.runLive({ partition, definitions: BUYERS });
    await eventually('all, as it begins', () => told.some(({ full }) => full));
    await house.send(partition, [track('ann', 'Order Completed')]);
    await eventually('a change', () =>
      told.some(({ full, counts }) => !full && counts['buyers']?.members === 1),
    );
    await eventually('all', () =>
      told.some(({ full, counts }) => full && counts['buyers']?.members === 1),
    );
    end();
    expect(told.map(({ sequence }) => sequence)).toEqual(
      told.map(({ sequence }) => sequence).toSorted((a, b) => a - b),
    );
  });

  test('time alone makes a member leave, though no event comes', async () => {
    const partition = await house.newPartition();
    const definitions = definitionsOf({ fresh: '{ event: Product Viewed, within: 3s }' });
    const run = await house.runLive({ partition, definitions });
    const at = Date.now();
    await house.send(partition, [track('ann', 'Product Viewed', at)]);
    await eventually('the exit', async () => {
      const { counts } = await house.status(partition);
      return counts['fresh']?.exited === 1;
    });
    await run.owner.stop();
    const items = itemsOf(await house.records(partition));
    expect(items.map(brief)).toEqual(['ann+fresh', 'ann-fresh']);
    expect(items[1]).toMatchObject({ at: at + 3_000, why: 'time' });
  });

  test("where the senders' time counts, definitions do not move it and no tick is written", async () => {
    const partition = await house.newPartition();
    const definitions = definitionsOf({ fresh: '{ event: Product Viewed, within: 1s }' });
    const run = await house.runLive({ partition, definitions, clock: 'sender' });
    const at = Date.parse('2011-06-01T00:00:00Z');
    await house.send(partition, [track('ann', 'Product Viewed', at)], at);
    expect(await house.applied(partition, 1)).toMatchObject({ atMs: at });
    await house.send(partition, [track('bob', 'Product Viewed', at + 999)], at + 999);
    const before = await house.applied(partition, 2);
    expect(before.counts['fresh']?.members).toBe(2);
    await house.send(partition, [track('cem', 'Other', at + 5_000)], at + 5_000);
    const after = await house.applied(partition, 3);
    expect(after.counts['fresh']?.members).toBe(0);
    expect(run.metrics.total('shoal_owner_published_ticks_total')).toBe(0);
  });

  test('what is no event is counted, told of and passed over', async () => {
    const partition = await house.newPartition();
    const run = await house.runLive({ partition, definitions: BUYERS });
    await house.log.append(eventsSubject(partition), Buffer.from('no json'));
    const raw = [{ type: 'track', event: 'Order Completed', timestamp: new Date().toISOString() }];
    await house.log.append(eventsSubject(partition), Buffer.from(JSON.stringify(raw)));
    await house.send(partition, [track('ann', 'Order Completed')]);
    const status = await house.applied(partition, 1);
    expect(status).toMatchObject({ events: 1, customers: 1 });
    await run.owner.stop();
    const told = (await house.readAll(REJECTED_STREAM)).map(({ subject, body }) => ({
      subject,
      ...(JSON.parse(Buffer.from(body).toString()) as { partition: number }), // as it was written
    }));
    const mine = told.filter((rejection) => rejection.partition === partition);
    expect(mine.map(({ subject }) => subject).toSorted()).toEqual([
      'shoal.rejected.bad-id',
      'shoal.rejected.not-json',
    ]);
    expect(run.metrics.total('shoal_owner_rejected_events_total', { reason: 'not-json' })).toBe(1);
  });

  test('thousands of outputs of one message go out in records of at most a thousand', async () => {
    const partition = await house.newPartition();
    const rules = Array.from({ length: 10 }, (_, i) => [`s${i}`, `{ event: E, atMost: ${i + 1} }`]);
    const run = await house.runLive({
      partition,
      definitions: definitionsOf(Object.fromEntries(rules)),
    });
    const events = Array.from({ length: 256 }, (_, i) => track(`c${i}`, 'E'));
    for (let i = 0; i < 4; i++) await house.send(partition, events);
    await house.applied(partition, 1_024);
    await run.owner.stop();
    const records = await house.records(partition);
    expect(Math.max(...records.map(({ items }) => items.length))).toBeLessThanOrEqual(1_000);
    const items = itemsOf(records).map(brief);
    expect(items.filter((item) => item.includes('+'))).toHaveLength(2_560);
    expect(items.filter((item) => item.includes('-'))).toHaveLength(3 * 256);
  });
});

describe('restart', () => {
  test('after a drain nothing is read again, and counts, numbers and the chain go on', async () => {
    const partition = await house.newPartition();
    const first = await house.runLive({ partition, definitions: BUYERS });
    await house.send(partition, [
      track('ann', 'Order Completed'),
      identify('bob', { city: 'Omsk' }),
    ]);
    const before = await house.applied(partition, 2);
    await first.owner.stop();
    expect(first.metrics.total('shoal_owner_written_checkpoints_total')).toBe(1);

    const second = await house.runLive({ partition, definitions: BUYERS });
    expect(second.metrics.total(REPLAYED)).toBe(0);
    const after = await house.status(partition);
    expect(after).toMatchObject({ events: before.events, counts: before.counts, customers: 2 });
    await house.send(partition, [track('bob', 'Order Completed')]);
    await house.applied(partition, 3);
    await second.owner.stop();
    const records = await house.records(partition);
    expect(records.filter(({ kind }) => kind === 'claim').map(({ epoch }) => epoch)).toEqual([
      1, 2,
    ]);
    expect(itemsOf(records).map(brief)).toEqual(['ann+buyers', 'bob+buyers']);
  });

  test('what came while no owner ran is replayed from behind the checkpoint', async () => {
    const partition = await house.newPartition();
    const first = await house.runLive({ partition, definitions: BUYERS });
    for (let i = 0; i < 20; i++) await house.send(partition, [track('ann', 'Order Completed')]);
    await house.applied(partition, 20);
    await first.owner.stop();
    for (let i = 0; i < 5; i++) await house.send(partition, [track(`new${i}`, 'Order Completed')]);
    const second = await house.runLive({ partition, definitions: BUYERS });
    expect((await house.applied(partition, 25)).counts['buyers']?.members).toBe(6);
    expect(second.metrics.total(REPLAYED)).toBe(5);
  });

  test('a second owner fences the first off; nothing is lost, nothing is told twice', async () => {
    const partition = await house.newPartition();
    const first = await house.runLive({ partition, definitions: BUYERS });
    await house.send(partition, [track('ann', 'Order Completed')]);
    await house.applied(partition, 1);
    const second = await house.runLive({ partition, definitions: BUYERS, leases: 'apart' });
    await house.send(partition, [track('bob', 'Order Completed')]);
    await eventually('the first is fenced off', () => first.failures.length > 0);
    expect(codes(first)).toEqual(['fenced']);
    await house.applied(partition, 2);
    await second.owner.stop();
    expect(itemsOf(await house.records(partition)).map(brief)).toEqual([
      'ann+buyers',
      'bob+buyers',
    ]);
    expect(second.failures).toEqual([]);
  });

  test('with a chunk gone, the checkpoint before is taken; with all gone, the whole log', async () => {
    const partition = await house.newPartition();
    const key = `shoal:test:{${partition}}:m`;
    for (const [i, customer] of ['ann', 'bob'].entries()) {
      const run = await house.runLive({ partition, definitions: BUYERS });
      await house.send(partition, [track(customer, 'Order Completed')]);
      await house.applied(partition, i + 1);
      await run.owner.stop();
    }
    const [man, prev] = await Promise.all([
      house.store.hgetBuffer(key, 'man'),
      house.store.hgetBuffer(key, 'prev'),
    ]);
    const older = chunksOf(decodeManifest(prev ?? Buffer.of()));
    const onlyNew = [...chunksOf(decodeManifest(man ?? Buffer.of()))].filter(
      (hash) => !older.has(hash),
    );
    expect(onlyNew.length).toBeGreaterThan(0);
    await house.store.del(...onlyNew.map((hash) => `shoal:test:{${partition}}:c:${hash}`));
    const third = await house.runLive({ partition, definitions: BUYERS });
    expect(third.logger.messages()).toContain('a checkpoint cannot be read');
    expect((await house.applied(partition, 2)).counts['buyers']?.members).toBe(2);
    await third.owner.stop();

    await house.store.del(key);
    const fourth = await house.runLive({ partition, definitions: BUYERS });
    expect((await house.applied(partition, 2)).counts['buyers']?.members).toBe(2);
    expect(fourth.failures).toEqual([]);
    await fourth.owner.stop();
    expect(itemsOf(await house.records(partition)).map(brief)).toEqual([
      'ann+buyers',
      'bob+buyers',
    ]);
  });

  test('another chain at the last number stops the partition', async () => {
    const partition = await house.newPartition();
    const first = await house.runLive({ partition, definitions: BUYERS });
    await first.owner.stop();
    const source = await house.send(partition, [track('ann', 'Order Completed')]);
    const subject = transitionsSubject(partition);
    const item = { kind: 'entry', customer: 'ann', segment: 'other', at: 0, why: 'event' } as const;
    const record = { kind: 'batch', epoch: 7, from: 1, to: 1, items: [item], source } as const;
    const rest = { sourceAt: 0, sourceItems: 1, chain: 'f'.repeat(16) };
    await house.log.append(subject, encodeRecord({ ...record, ...rest }));
    const run = await house.run({ partition, definitions: BUYERS });
    await eventually('it stops', () => run.failures.length > 0);
    expect(codes(run)).toEqual(['diverged']);
    expect(run.owner.isLive()).toBe(false);
  });
});

describe('definitions', () => {
  const VIEWERS = definitionsOf({
    buyers: '{ event: Order Completed, atLeast: 2 }',
    viewers: '{ event: Product Viewed }',
  });

  test('new ones are put in force quietly, from history, and a replay repeats it', async () => {
    const partition = await house.newPartition();
    const first = await house.runLive({ partition, definitions: BUYERS });
    await house.send(partition, [track('ann', 'Order Completed'), track('bob', 'Product Viewed')]);
    await house.send(partition, [track('ann', 'Order Completed'), track('bob', 'Order Completed')]);
    await house.applied(partition, 4);
    await first.owner.stop();

    const second = await house.runLive({ partition, definitions: VIEWERS });
    await house.send(partition, [track('cem', 'Product Viewed')]);
    const status = await house.applied(partition, 5);
    expect(status.counts['viewers']?.members).toBe(2);
    expect(status.counts['buyers']?.members).toBe(1);
    await second.owner.stop();
    const items = itemsOf(await house.records(partition));
    expect(items.map((item) => `${brief(item)} ${item.why}`)).toEqual([
      'ann+buyers event',
      'bob+buyers event',
      'bob-buyers define',
      'bob+viewers define',
      'cem+viewers event',
    ]);

    await house.store.del(`shoal:test:{${partition}}:m`);
    const third = await house.runLive({ partition, definitions: VIEWERS });
    expect((await house.applied(partition, 5)).counts).toEqual(status.counts);
    expect(third.failures).toEqual([]);
    const defines = await house.readAll(eventsStream(partition));
    expect(defines.filter(({ headers }) => headers.get('Sh-K') === 'c')).toHaveLength(2);
  });
});

describe('faults', () => {
  test('kills of NATS in the midst lose nothing and double nothing', async () => {
    const partition = await house.newPartition();
    const run = await house.runLive({ partition, definitions: BUYERS });
    let sent = 0;
    for (let kill = 0; kill < 3; kill++) {
      const sending = (async () => {
        for (let i = 0; i < 40; i++) {
          const [a, b] = [
            track(`c${sent++}`, 'Order Completed'),
            track(`c${sent++}`, 'Order Completed'),
          ];
          await house.send(partition, [a, b]);
        }
      })();
      await eventually('some are sent', () => sent > kill * 80 + 20);
      await house.nats.kill();
      await house.nats.restart();
      await sending;
    }
    await eventually('all are members', async () => {
      const status = await house.status(partition).catch(() => undefined);
      return status?.counts['buyers']?.members === sent;
    });
    await run.owner.stop();
    const items = itemsOf(await house.records(partition)).map(brief);
    expect(items.toSorted()).toEqual(
      Array.from({ length: sent }, (_, i) => `c${i}+buyers`).toSorted(),
    );
    expect(run.failures).toEqual([]);
  });
});
