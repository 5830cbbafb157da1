import { afterAll, beforeAll, expect, test } from 'vitest';
import { chunksOf, decodeManifest } from '../../src/wire/checkpoint.ts';
import { eventsStream } from '../../src/wire/subject.ts';
import type { TransitionRecord } from '../../src/wire/transition-record.ts';
import { OldCopy, streamFolder } from '../support/old-copy.ts';
import { brief, definitionsOf, itemsOf, OwnerHouse, track, type Run } from '../support/owner.ts';
import { eventually } from '../support/world.ts';

/*
 * A store that is away, holds what nobody needs, or has forgotten, with real servers.
 */

const BUYERS = definitionsOf({ buyers: '{ event: Order Completed }' });
const LOOKING = definitionsOf({ looking: '{ event: Product Viewed, within: 1s }' });
const CHECKPOINTS = 'shoal_owner_written_checkpoints_total';

let house: OwnerHouse;

beforeAll(async () => {
  house = await OwnerHouse.start();
});
afterAll(() => house.stop());

async function buy(partition: number, ...customers: readonly string[]): Promise<void> {
  for (const customer of customers)
    await house.send(partition, [track(customer, 'Order Completed')]);
}

async function members(partition: number, count: number): Promise<void> {
  await eventually(`${count} members`, async () => {
    const status = await house.status(partition).catch(() => undefined);
    return status?.counts['buyers']?.members === count;
  });
}

/** Runs an owner until all who bought are members, and stops it in order. */
async function runOnce(partition: number, count: number): Promise<Run> {
  const run = await house.runLive({ partition, definitions: BUYERS });
  await members(partition, count);
  await run.owner.stop();
  return run;
}

function kinds(records: readonly TransitionRecord[]): string[] {
  return records.map(({ kind }) => kind).filter((kind) => kind !== 'batch' && kind !== 'claim');
}

/** @returns how it comes back */
async function redisAway(how: 'killed' | 'stopped'): Promise<() => Promise<void>> {
  if (how === 'killed') {
    await house.redis.kill();
    return () => house.redis.restart();
  }
  const { pid } = house.redis;
  process.kill(pid, 'SIGSTOP');
  return async () => void process.kill(pid, 'SIGCONT');
}

test.each(['killed', 'stopped'] as const)(
  'with Redis %s events and timers go on, and what is owed is stored when it is back',
  async (how) => {
    const partition = await house.newPartition();
    const options = { partition, definitions: LOOKING, checkpointEveryMs: 100 };
    const run = await house.runLive(options);
    const unstored = (): number => run.metrics.total('shoal_owner_unstored_messages');
    await eventually('all is stored', () => unstored() === 0);
    const back = await redisAway(how);
    const at = Date.now();
    await house.send(partition, [track('ann', 'Product Viewed', at)]);
    await eventually('she has come and gone', async () => {
      const { looking } = (await house.status(partition)).counts;
      return looking?.entered === 1 && looking.exited === 1;
    });
    expect(unstored()).toBeGreaterThanOrEqual(1);
    await back();
    await eventually('all is stored', () => unstored() === 0);
    await run.owner.stop();
    expect(run.failures).toEqual([]);
    const items = itemsOf(await house.records(partition));
    expect(items.map(brief)).toEqual(['ann+looking', 'ann-looking']);
    expect((items[1]?.at ?? 0) - (items[0]?.at ?? 0)).toBe(1_000);
    const again = await house.runLive(options);
    expect((await house.status(partition)).counts['looking']).toEqual({
      members: 0,
      entered: 1,
      exited: 1,
    });
    await again.owner.stop();
  },
);

test('checkpoints send only what changed and drop what nobody names', async () => {
  const partition = await house.newPartition();
  // As an owner leaves it that was killed before its commit.
  await house.stores.checkpoints.putChunk(partition, 'left-over', Buffer.from('of nobody'));
  const run = await house.runLive({ partition, definitions: BUYERS, checkpointEveryMs: 50 });
  const written = (): number => run.metrics.total('shoal_owner_written_checkpoints_total');
  for (let round = 0; round < 4; round++) {
    const before = written();
    await house.send(partition, [track(`c${round}`, 'Order Completed')]);
    await eventually('a checkpoint', () => written() > before);
  }
  await run.owner.stop();
  const key = `shoal:test:{${partition}}:m`;
  const manifests = await Promise.all([
    house.store.hgetBuffer(key, 'man'),
    house.store.hgetBuffer(key, 'prev'),
  ]);
  const named = new Set(
    manifests.flatMap((bytes) => [...chunksOf(decodeManifest(bytes ?? Buffer.of()))]),
  );
  const kept = await house.stores.checkpoints.chunks(partition);
  expect(kept.toSorted()).toEqual([...named].toSorted());
});

test('set back to before a loss of the log: numbers go on behind what was told', async () => {
  const partition = await house.newPartition();
  await buy(partition, 'ann');
  await runOnce(partition, 1);
  const stored = await house.checkpointOf(partition);
  const copy = await OldCopy.take(house.nats, streamFolder(eventsStream(partition)));
  await buy(partition, 'bob', 'cem');
  await runOnce(partition, 3);
  await copy.putBack();
  await house.nats.restart();
  await buy(partition, 'dan');
  await runOnce(partition, 4);
  await stored.putBack();

  await buy(partition, 'eve');
  const run = await house.runLive({ partition, definitions: BUYERS });
  // Of bob and cem nothing is left but what was told.
  await members(partition, 3);
  await eventually('a checkpoint', () => run.metrics.total(CHECKPOINTS) === 1);
  await run.owner.stop();
  expect(run.failures).toEqual([]);
  const records = await house.records(partition);
  expect(kinds(records)).toEqual(['rebase', 'rebase']);
  const told = ['ann', 'bob', 'cem', 'dan', 'eve'];
  expect(itemsOf(records).map(brief)).toEqual(told.map((name) => `${name}+buyers`));
  expect((await runOnce(partition, 3)).failures).toEqual([]);
});
