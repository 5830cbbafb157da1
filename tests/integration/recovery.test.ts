import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RedisLeases } from '../../src/adapters/redis/leases.ts';
import { decodeManifest } from '../../src/wire/checkpoint.ts';
import { eventsStream, eventsSubject, transitionsStream } from '../../src/wire/subject.ts';
import type { TransitionRecord } from '../../src/wire/transition-record.ts';
import { OldCopy, streamFolder } from '../support/old-copy.ts';
import { brief, definitionsOf, itemsOf, OwnerHouse, track, type Run } from '../support/owner.ts';
import { eventually } from '../support/world.ts';

const BUYERS = definitionsOf({ buyers: '{ event: Order Completed }' });
const REGRESSES = 'shoal_owner_log_regresses_total';
const CHECKPOINTS = 'shoal_owner_written_checkpoints_total';

let house: OwnerHouse;

beforeAll(async () => {
  house = await OwnerHouse.start();
});
afterAll(() => house.stop());

/** Each customer buys once, each in a message of their own. */
async function buy(partition: number, ...customers: readonly string[]): Promise<void> {
  for (const customer of customers) {
    await house.send(partition, [track(customer, 'Order Completed')]);
  }
}

/** As one who knows nothing of Shoal: the message bears no stamp. */
async function buyRaw(partition: number, userId: string): Promise<void> {
  const timestamp = new Date().toISOString();
  const event = { type: 'track', event: 'Order Completed', userId, timestamp };
  await house.log.append(eventsSubject(partition), Buffer.from(JSON.stringify(event)));
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

function codes(run: Run): unknown[] {
  return run.failures.map((failure) => (failure as { code?: unknown }).code);
}

async function failureOf(partition: number): Promise<unknown> {
  const run = await house.run({ partition, definitions: BUYERS });
  await eventually('it stops', () => run.failures.length > 0);
  await run.owner.stop();
  return codes(run)[0];
}

function kinds(records: readonly TransitionRecord[]): string[] {
  return records.map(({ kind }) => kind).filter((kind) => kind !== 'batch' && kind !== 'claim');
}

describe('a log that was set back', () => {
  test('before the checkpoint: what is new is applied once, and numbers go on', async () => {
    const partition = await house.newPartition();
    await buy(partition, 'ann');
    await buyRaw(partition, 'ann');
    await runOnce(partition, 1);
    const copy = await OldCopy.take(house.nats, streamFolder(eventsStream(partition)));
    await buy(partition, 'bob', 'cem');
    await runOnce(partition, 3);
    await copy.putBack();
    await house.nats.restart();

    await buy(partition, 'dan', 'eve', 'fay');
    await buyRaw(partition, 'gil');
    const second = await house.runLive({ partition, definitions: BUYERS });
    await members(partition, 7);
    expect(await house.status(partition)).toMatchObject({ events: 8 });
    await eventually('a checkpoint', () => second.metrics.total(CHECKPOINTS) === 1);
    expect(second.metrics.total(REGRESSES)).toBe(1);
    expect(second.logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    await second.owner.stop();
    const records = await house.records(partition);
    expect(kinds(records)).toEqual(['rebase']);
    const told = ['ann', 'bob', 'cem', 'dan', 'eve', 'fay', 'gil'];
    expect(itemsOf(records).map(brief)).toEqual(told.map((name) => `${name}+buyers`));

    const third = await runOnce(partition, 7);
    expect(third.metrics.total(REGRESSES)).toBe(0);
  });

  test('behind the checkpoint: what had been told of it keeps its numbers', async () => {
    const partition = await house.newPartition();
    await buy(partition, 'ann');
    await runOnce(partition, 1);
    const stored = await house.checkpointOf(partition);
    await buy(partition, 'bob');
    await runOnce(partition, 2);
    const copy = await OldCopy.take(house.nats, streamFolder(eventsStream(partition)));
    await buy(partition, 'cem');
    await runOnce(partition, 3);
    await stored.putBack();
    await copy.putBack();
    await house.nats.restart();

    await buy(partition, 'dan');
    const run = await runOnce(partition, 3);
    expect(run.metrics.total(REGRESSES)).toBe(1);
    const records = await house.records(partition);
    expect(kinds(records)).toEqual(['rebase']);
    const told = ['ann', 'bob', 'cem', 'dan'];
    expect(itemsOf(records).map(brief)).toEqual(told.map((name) => `${name}+buyers`));
  });

  test('while it is read: what was applied is kept, and what is new is not overlooked', async () => {
    const partition = await house.newPartition();
    await buy(partition, 'ann');
    const run = await house.runLive({ partition, definitions: BUYERS });
    await members(partition, 1);
    const copy = await OldCopy.take(house.nats, streamFolder(eventsStream(partition)));
    await buy(partition, 'bob', 'cem');
    await members(partition, 3);
    await copy.putBack();
    await house.nats.restart();
    await buy(partition, 'dan');
    await members(partition, 4);
    expect(run.failures).toEqual([]);
    expect(run.metrics.total(REGRESSES)).toBe(1);
    await run.owner.stop();
    const told = ['ann', 'bob', 'cem', 'dan'];
    expect(itemsOf(await house.records(partition)).map(brief)).toEqual(
      told.map((name) => `${name}+buyers`),
    );
  });

  test('made anew: it is read from its start', async () => {
    const partition = await house.newPartition();
    await buy(partition, 'ann', 'bob');
    await runOnce(partition, 2);
    await house.deleteStream(eventsStream(partition));
    await buyWhenThere(partition);
    const records = await house.records(partition);
    expect(kinds(records)).toEqual(['rebase']);
    expect(itemsOf(records).map(brief)).toEqual(['ann+buyers', 'bob+buyers', 'cem+buyers']);
  });

  async function buyWhenThere(partition: number): Promise<void> {
    const run = await house.runLive({ partition, definitions: BUYERS });
    await buy(partition, 'cem');
    await members(partition, 3);
    await run.owner.stop();
  }
});

describe('a log with a gap', () => {
  test('stops the partition until an operator accepts it', async () => {
    const partition = await house.newPartition();
    await buy(partition, 'ann');
    await runOnce(partition, 1);
    await buy(partition, 'bob', 'cem', 'dan');
    const end = await house.log.lastSequence(eventsStream(partition));
    await house.log.trim(eventsStream(partition), end);
    expect(await failureOf(partition)).toBe('log-gap');

    const run = await house.runLive({ partition, definitions: BUYERS, acceptGap: true });
    await members(partition, 2);
    await run.owner.stop();
    const records = await house.records(partition);
    expect(kinds(records)).toEqual(['gap']);
    expect(itemsOf(records).map(brief)).toEqual(['ann+buyers', 'dan+buyers']);
    expect((await runOnce(partition, 2)).failures).toEqual([]);
  });
});

describe('transitions that lost their end', () => {
  test('are published again from the outbox, the same under the same numbers', async () => {
    const partition = await house.newPartition();
    await buy(partition, 'ann');
    await runOnce(partition, 1);
    const copy = await OldCopy.take(house.nats, streamFolder(transitionsStream(partition)));
    await buy(partition, 'bob', 'cem');
    await runOnce(partition, 3);
    const before = itemsOf(await house.records(partition));
    await copy.putBack();
    await house.nats.restart();
    expect(itemsOf(await house.records(partition))).toHaveLength(1);

    const run = await runOnce(partition, 3);
    expect(run.logger.messages()).toContain('nats had lost transitions, they are published again');
    expect(itemsOf(await house.records(partition))).toEqual(before);
    await buy(partition, 'dan');
    await runOnce(partition, 4);
    expect(itemsOf(await house.records(partition))).toHaveLength(4);
  });

  test('stop the partition where the outbox does not reach', async () => {
    const partition = await house.newPartition();
    await buy(partition, 'ann', 'bob');
    await runOnce(partition, 2);
    await house.forgetOutbox(partition);
    await house.deleteStream(transitionsStream(partition));
    expect(await failureOf(partition)).toBe('transitions-lost');
    const run = await house.runLive({ partition, definitions: BUYERS, acceptGap: true });
    await buy(partition, 'cem');
    await members(partition, 3);
    await run.owner.stop();
    const records = await house.records(partition);
    const [gap, batch] = records.filter(({ kind }) => kind === 'gap' || kind === 'batch');
    expect(gap).toMatchObject({ kind: 'gap', from: 3, to: 2 });
    expect(batch).toMatchObject({ kind: 'batch', from: 3, to: 3 });
  });
});

describe('a store that was set back', () => {
  test('emptied: the state is built from the log, nothing is told again', async () => {
    const partition = await house.newPartition();
    await buy(partition, 'ann', 'bob');
    await runOnce(partition, 2);
    await house.store.flushall();
    await buy(partition, 'cem');
    const run = await house.runLive({ partition, definitions: BUYERS });
    await members(partition, 3);
    await eventually('a checkpoint', () => run.metrics.total(CHECKPOINTS) === 1);
    await run.owner.stop();
    const records = await house.records(partition);
    expect(kinds(records)).toEqual(['rebuild']);
    expect(itemsOf(records).map(brief)).toEqual(['ann+buyers', 'bob+buyers', 'cem+buyers']);
  });

  test('older, and emptied while an owner runs: it stores its state anew', async () => {
    const partition = await house.newPartition();
    await buy(partition, 'ann');
    await runOnce(partition, 1);
    const copy = await OldCopy.take(house.redis);
    await buy(partition, 'bob');
    await runOnce(partition, 2);
    await buy(partition, 'cem');
    const run = await house.runLive({ partition, definitions: BUYERS, checkpointEveryMs: 100 });
    await members(partition, 3);
    await copy.putBack();
    await house.redis.restart();
    await buy(partition, 'dan');
    await members(partition, 4);
    const stored = (): number => run.metrics.total(CHECKPOINTS);
    await eventually('it is stored anew', async () =>
      run.logger.messages().includes('redis was set back, storing the checkpoint anew'),
    );
    const before = stored();
    await eventually('a checkpoint', () => stored() > before);
    await house.store.flushall();
    await buy(partition, 'eve');
    await members(partition, 5);
    await run.owner.stop();
    expect(run.failures).toEqual([]);
    const last = await runOnce(partition, 5);
    expect(last.logger.lines.filter(({ level }) => level === 'warn')).toEqual([]);
    expect(itemsOf(await house.records(partition))).toHaveLength(5);
  });
});

describe('retention', () => {
  const VIEWERS = definitionsOf({
    buyers: '{ event: Order Completed }',
    viewers: '{ event: Product Viewed }',
  });

  test('what is too old is removed, but never what the last two checkpoints need', async () => {
    const partition = await house.newPartition();
    const first = (): Promise<number> =>
      house.log.state(eventsStream(partition)).then(({ firstSequence }) => firstSequence);
    await buy(partition, 'ann');
    await runOnce(partition, 1);
    await buy(partition, 'bob');
    await runOnce(partition, 2);
    const kept = (await house.log.lastSequence(eventsStream(partition))) + 1;
    await buy(partition, 'cem');
    const run = await house.runLive({ partition, definitions: BUYERS, historyMs: 1 });
    await members(partition, 3);
    await run.owner.stop();
    expect(await first()).toBe(1);

    const stored = (): number => next.metrics.total(CHECKPOINTS);
    const next = await house.runLive({
      partition,
      definitions: BUYERS,
      historyMs: 1,
      checkpointEveryMs: 50,
      retentionEveryMs: 100,
    });
    await buy(partition, 'dan');
    await eventually('a checkpoint', () => stored() > 0);
    await eventually('it is trimmed', async () => (await first()) > kept);
    await members(partition, 4);
    await eventually('it tells from when on history is kept', async () => {
      const { historyFromMs = 0 } = await house.status(partition);
      return historyFromMs > 0;
    });
    await next.owner.stop();
    const previous = await house.store.hgetBuffer(`shoal:test:{${partition}}:m`, 'prev');
    expect(await first()).toBeLessThanOrEqual(decodeManifest(previous ?? Buffer.of()).sequence + 1);

    // New definitions read what is left, and a start without a checkpoint stands on it.
    const changed = await house.runLive({ partition, definitions: VIEWERS });
    await house.send(partition, [track('eve', 'Product Viewed')]);
    await eventually('a viewer', async () => {
      const { counts } = await house.status(partition);
      return counts['viewers']?.members === 1;
    });
    const { counts } = await house.status(partition);
    await changed.owner.stop();
    const gone = itemsOf(await house.records(partition)).filter(({ kind }) => kind === 'exit');
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.map(brief)).toEqual(
      ['ann', 'bob', 'cem', 'dan'].slice(0, gone.length).map((name) => `${name}-buyers`),
    );
    expect(counts['buyers']?.members).toBe(4 - gone.length);
    await house.store.flushall();
    const rebuilt = await house.runLive({ partition, definitions: VIEWERS });
    expect((await house.status(partition)).counts['viewers']?.members).toBe(1);
    await rebuilt.owner.stop();
    expect(rebuilt.failures).toEqual([]);
    itemsOf(await house.records(partition));
  });

  test('a log that fills up is trimmed before it refuses events', async () => {
    const partition = house.reservePartition();
    const run = await house.runLive({
      partition,
      definitions: BUYERS,
      historyBytesMax: 200_000,
      checkpointEveryMs: 50,
      retentionEveryMs: 20,
    });
    const events = Array.from({ length: 100 }, (_, i) => track(`c${i}`, 'Product Viewed'));
    for (let i = 0; i < 100; i++) await house.send(partition, events);
    await house.applied(partition, 10_000);
    await run.owner.stop();
    const { bytes, firstSequence } = await house.log.state(eventsStream(partition));
    expect(bytes).toBeLessThanOrEqual(200_000);
    expect(firstSequence).toBeGreaterThan(1);
    expect(run.failures).toEqual([]);
  });
});

describe('leases', () => {
  test('an owner waits for the one that runs, and takes over when it ends', async () => {
    const partition = await house.newPartition();
    const first = await house.runLive({ partition, definitions: BUYERS });
    const second = await house.run({ partition, definitions: BUYERS });
    await eventually('it waits', () =>
      second.logger.messages().includes('another owner has the partition'),
    );
    await buy(partition, 'ann');
    await members(partition, 1);
    expect(second.owner.isLive()).toBe(false);
    await first.owner.stop();
    await eventually('it takes over', () => second.owner.isLive());
    expect([first.failures, second.failures]).toEqual([[], []]);
    await second.owner.stop();
  });

  test('who loses the lease stops, without a failure, and waits for it again', async () => {
    const partition = await house.newPartition();
    const definitions = definitionsOf({
      buyers: '{ event: Order Completed }',
      fresh: '{ event: Order Completed, within: 3s }',
    });
    const run = await house.runLive({ partition, definitions, checkpointEveryMs: 100 });
    await eventually('a checkpoint', () => run.metrics.total(CHECKPOINTS) === 1);
    const leases = new RedisLeases(house.store, 'test');
    const holder = await leases.hold(partition, 'another', 60_000);
    await leases.hold(partition, 'another', 60_000, holder);
    await eventually('it stops', () => !run.owner.isLive());
    await leases.release(partition, 'another');
    await eventually('it runs again', () => run.owner.isLive());
    // Its ticks and checkpoints are not taken for those of before.
    await buy(partition, 'ann');
    await members(partition, 1);
    await eventually('time moves', async () => {
      const { counts } = await house.status(partition);
      return counts['fresh']?.exited === 1;
    });
    await run.owner.stop();
    expect(run.failures).toEqual([]);
    const next = await house.runLive({ partition, definitions });
    expect(next.metrics.total('shoal_owner_replayed_messages_total')).toBe(0);
  });
});
