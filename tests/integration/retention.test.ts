import { afterAll, beforeAll, expect, test } from 'vitest';
import { RedisPositionStore } from '../../src/adapters/redis/position-store.ts';
import { DAY_MS } from '../../src/base/time.ts';
import { mailerReader, relayReader } from '../../src/roles/ports/reader-name.ts';
import { eventsStream, transitionsStream } from '../../src/wire/subject.ts';
import { AheadClock } from '../support/ahead-clock.ts';
import { definitionsOf, OwnerHouse, track, type Run } from '../support/owner.ts';
import { eventually } from '../support/world.ts';

const BUYERS = definitionsOf({ buyers: '{ event: Order Completed }' });

let house: OwnerHouse;
beforeAll(async () => {
  house = await OwnerHouse.start();
});
afterAll(() => house.stop());

/** An owner that has told of some buyers, one record each, two days ago. */
async function toldOf(partition: number, buyers: number): Promise<Run> {
  const time = new AheadClock();
  const run = await house.runLive({
    partition,
    definitions: BUYERS,
    time,
    checkpointEveryMs: 100,
    retentionEveryMs: 5,
    historyMs: 400 * DAY_MS,
    transitionsHistoryMs: DAY_MS / 2,
  });
  for (let i = 0; i < buyers; i++) {
    const before = await house.log.lastSequence(transitionsStream(partition));
    await house.send(partition, [track(`buyer-${i}`, 'Order Completed')]);
    await eventually('its record', async () => {
      return (await house.log.lastSequence(transitionsStream(partition))) > before;
    });
  }
  time.aheadMs = 2 * DAY_MS;
  return run;
}

async function firstOf(partition: number): Promise<number> {
  await house.send(partition, [track('else', 'Seen')]);
  return (await house.log.state(transitionsStream(partition))).firstSequence;
}

test('old transitions go, up to those that the relay or the mailer has still to deal with', async () => {
  const partition = await house.newPartition();
  const positions = new RedisPositionStore(house.store, 'test');
  await positions.savePosition(relayReader(partition), 8);
  await positions.savePosition(mailerReader(partition), 5);
  const run = await toldOf(partition, 10);
  await eventually('what both are past is gone', async () => (await firstOf(partition)) === 5);
  await positions.savePosition(mailerReader(partition), 9);
  await eventually('and what both are past now', async () => (await firstOf(partition)) === 8);
  expect(run.metrics.total('shoal_owner_trimmed_records_total')).toBe(7);
  await run.owner.stop();
  const again = await house.runLive({ partition, definitions: BUYERS });
  expect((await house.status(partition)).counts['buyers']).toMatchObject({ members: 10 });
  expect(again.failures).toEqual([]);
  await again.owner.stop();
});

test('without readers what is older than a day goes, but never the last record', async () => {
  const partition = await house.newPartition();
  const run = await toldOf(partition, 6);
  await eventually('all but the last are gone', async () => {
    const first = await firstOf(partition);
    return first === (await house.log.lastSequence(transitionsStream(partition)));
  });
  await run.owner.stop();
  const again = await house.runLive({ partition, definitions: BUYERS });
  expect((await house.status(partition)).counts['buyers']).toMatchObject({ members: 6 });
  expect(again.failures).toEqual([]);
  await again.owner.stop();
});

test('young ones stay, whoever is past them', async () => {
  const partition = await house.newPartition();
  const positions = new RedisPositionStore(house.store, 'test');
  for (const name of [relayReader(partition), mailerReader(partition)])
    await positions.savePosition(name, 100);
  const time = new AheadClock();
  const run = await house.runLive({
    partition,
    definitions: BUYERS,
    time,
    checkpointEveryMs: 50,
    retentionEveryMs: 5,
    transitionsHistoryMs: DAY_MS,
    historyMs: 400 * DAY_MS,
  });
  await house.send(partition, [track('ann', 'Order Completed')]);
  time.aheadMs = DAY_MS / 2;
  const checkpoints = 'shoal_owner_written_checkpoints_total';
  await eventually('several looks', async () => {
    expect(await firstOf(partition)).toBe(1);
    return run.metrics.total(checkpoints) >= 6;
  });
  await run.owner.stop();
});

test('the log is not trimmed while somebody is to be erased from it', async () => {
  const partition = await house.newPartition();
  const { pending } = house.stores.erasing;
  const far = Number.MAX_SAFE_INTEGER;
  await pending.put(partition, {
    id: 'one',
    kind: 'customers',
    customers: ['ann'],
    from: 1,
    to: far,
  });
  const time = new AheadClock();
  const run = await house.runLive({
    partition,
    definitions: BUYERS,
    time,
    checkpointEveryMs: 50,
    retentionEveryMs: 5,
    erasureEveryMs: 400 * DAY_MS,
    historyMs: DAY_MS,
  });
  await house.send(partition, [track('ann', 'Order Completed')]);
  time.aheadMs = 2 * DAY_MS;
  const first = async (): Promise<number> => {
    await house.send(partition, [track('else', 'Seen')]);
    return (await house.log.state(eventsStream(partition))).firstSequence;
  };
  const checkpoints = 'shoal_owner_written_checkpoints_total';
  await eventually('several looks', async () => {
    expect(await first()).toBe(1);
    return run.metrics.total(checkpoints) >= 6;
  });
  await pending.drop(partition, 'one');
  await eventually('then it is', async () => (await first()) > 1);
  await run.owner.stop();
});
