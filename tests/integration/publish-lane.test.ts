import { afterAll, beforeAll, expect, test } from 'vitest';
import { Numbering, type Output } from '../../src/engine/numbering.ts';
import { ownerFigures } from '../../src/roles/owner/figures.ts';
import { MARK_AFTER_MS } from '../../src/roles/owner/protocol.ts';
import { claim } from '../../src/roles/owner/publish/claim.ts';
import { Outbox } from '../../src/roles/owner/publish/outbox.ts';
import { PublishLane } from '../../src/roles/owner/publish/publish-lane.ts';
import { RecordWriter } from '../../src/roles/owner/publish/record-writer.ts';
import { memoryErasing } from '../support/erasing.ts';
import { OwnerHouse } from '../support/owner.ts';
import { eventually, RecordingLogger, RecordingMetrics, systemClock } from '../support/world.ts';

let house: OwnerHouse;

beforeAll(async () => {
  house = await OwnerHouse.start();
});
afterAll(() => house.stop());

interface Bench {
  readonly lane: PublishLane;
  readonly clock: { aheadMs: number };
  readonly failures: unknown[];
}

/** A lane of a new epoch, whose clock stands still and can be set ahead. */
async function openLane(partition: number): Promise<Bench> {
  const ahead = { aheadMs: 0 };
  const startedAt = Date.now();
  const clock = { ...systemClock, now: () => startedAt + ahead.aheadMs };
  const logger = new RecordingLogger();
  const metrics = new RecordingMetrics();
  const erasing = memoryErasing();
  const world = { ...house.link, ...house.stores, erasing, clock, logger, metrics };
  const { signal } = new AbortController();
  const claimed = await claim(world, partition, 0, signal);
  const writer = new RecordWriter({ world, partition }, claimed.sequence, signal);
  const failures: unknown[] = [];
  const place = { world, partition, writer, signal, outbox: new Outbox([]) };
  const onFailure = (error: unknown): void => void failures.push(error);
  const figures = ownerFigures(metrics);
  return {
    lane: new PublishLane({ ...place, figures, onFailure }, claimed),
    clock: ahead,
    failures,
  };
}

function entries(numbering: Numbering, ...customers: readonly string[]): Output[] {
  return customers.map((customer) =>
    numbering.take({ kind: 'entry', at: 5, customer, why: 'event', segment: 'vip' }),
  );
}

test('an idle lane writes a mark, which repeats what was told (3)', async () => {
  const partition = await house.newPartition();
  const { lane, clock } = await openLane(partition);
  const numbering = new Numbering(0, '0'.repeat(16));
  lane.enqueue(entries(numbering, 'ann', 'bob'), { sequence: 9, storedAt: 90 });
  await lane.drained();
  lane.markWhenDue();
  clock.aheadMs = MARK_AFTER_MS;
  lane.markWhenDue();
  lane.markWhenDue();
  await eventually('a mark', async () => (await house.records(partition)).length === 3);
  clock.aheadMs += MARK_AFTER_MS - 1;
  lane.markWhenDue();
  lane.enqueue(entries(numbering, 'cem'), { sequence: 10, storedAt: 95 });
  await lane.drained();
  const records = await house.records(partition);
  expect(records.map(({ kind }) => kind)).toEqual(['claim', 'batch', 'mark', 'batch']);
  const source = { source: 9, sourceAt: 90, sourceItems: 2 };
  expect(records[2]).toMatchObject({ from: 3, to: 2, chain: records[1]?.chain, ...source });
  expect(records[3]).toMatchObject({ from: 3, to: 3, source: 10, sourceAt: 95, sourceItems: 1 });
});

test('the outputs of one message are counted over records and owners (1)', async () => {
  const partition = await house.newPartition();
  const first = await openLane(partition);
  const numbering = new Numbering(0, '0'.repeat(16));
  const from = { sequence: 4, storedAt: 40 };
  first.lane.enqueue(entries(numbering, 'ann'), from);
  await first.lane.drained();
  const second = await openLane(partition);
  second.lane.enqueue(entries(numbering, 'bob', 'cem'), from);
  await second.lane.drained();
  expect((await house.records(partition)).at(-1)).toMatchObject({ to: 3, sourceItems: 3 });
});

test('an older owner is fenced off, with a mark as with anything else', async () => {
  const partition = await house.newPartition();
  const old = await openLane(partition);
  await openLane(partition);
  old.clock.aheadMs = MARK_AFTER_MS;
  old.lane.markWhenDue();
  await eventually('it fails', () => old.failures.length > 0);
  expect(old.failures).toEqual([expect.objectContaining({ code: 'fenced' })]);
});

test('transitions that are shorter than what was written are no other owner', async () => {
  const partition = await house.newPartition();
  const { lane, failures } = await openLane(partition);
  await house.deleteStream(`shoal-transitions-${partition}`);
  await house.ensureStreams(partition);
  const numbering = new Numbering(0, '0'.repeat(16));
  lane.enqueue(entries(numbering, 'ann'), { sequence: 1, storedAt: 1 });
  await eventually('it fails', () => failures.length > 0);
  expect(failures).toEqual([expect.objectContaining({ code: 'log-changed' })]);
});
