import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { partitionOf } from '../../../src/base/hash.ts';
import { amendedStream, eventsStream } from '../../../src/wire/subject.ts';
import { Cluster } from '../../support/cluster.ts';
import { filesHolding } from '../../support/files.ts';
import { track } from '../../support/owner.ts';
import { eventually } from '../../support/world.ts';

/* Who has two ids, in two partitions, is forgotten under both. */

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({
    partitions: 2,
    segments: { buyers: 'rule: { event: Order Completed }\n' },
    settings: ['checkpoint.interval=1s', 'erasure.interval=1s'],
  });
  await cluster.up();
});
afterAll(() => cluster.end());

/** An id that lives in a partition. */
function idIn(partition: number, name: string): string {
  for (;;) {
    const id = `${name}-${randomUUID()}`;
    if (partitionOf(id, 2) === partition) return id;
  }
}

async function inLogs(text: string): Promise<string[]> {
  const streams = [0, 1].flatMap((p) => [eventsStream(p), amendedStream(p)]);
  const folder = join(cluster.nats.dataFolder, 'jetstream/$G/streams');
  const found = streams.map((stream) => filesHolding(join(folder, stream), text));
  return (await Promise.all(found)).flat();
}

test.each(['the known id', 'the visitor’s id'])('by %s', async (by) => {
  const known = idIn(0, 'known');
  const visitor = idIn(1, 'visitor');
  const other = randomUUID();
  const buys = (customer: string, more = {}) => ({
    ...track(customer, 'Order Completed'),
    ...more,
  });
  await cluster.publish([buys(visitor, { anonymousId: visitor }), buys(other)]);
  await cluster.publish([
    { ...track(known, 'Seen'), type: 'identify', event: '$identify', anonymousId: visitor },
  ]);
  await eventually('they are one', async () => (await inLogs(visitor)).length === 2);
  await eventually('the one is a member', () => cluster.live.members['buyers'] === 2);

  const told = await cluster.run(['forget', by === 'the known id' ? known : visitor]);
  expect(told.status, told.stderr).toBe(0);
  await eventually('no log has either', async () => {
    await cluster.publish([track('else', 'Seen'), track('else-2', 'Seen')]);
    return (await inLogs(known)).length + (await inLogs(visitor)).length === 0;
  });
  await eventually('others stay', () => cluster.live.members['buyers'] === 1);
  expect((await inLogs(other)).length).toBeGreaterThan(0);
  await cluster.run(['forget', other]);
  await eventually('nobody is left', () => cluster.live.members['buyers'] === 0);
});
