import { expect } from 'vitest';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { decodeLogMessage } from '../../src/wire/log-codec.ts';
import { eventsStream } from '../../src/wire/subject.ts';
import type { Cluster } from './cluster.ts';
import { readStream } from './stream.ts';

/** All events in the logs of a cluster's partitions. */
export async function eventsIn(cluster: Cluster): Promise<CustomerEvent[]> {
  const logs = await Promise.all(
    Array.from({ length: cluster.partitions }, (_, partition) =>
      readStream(cluster.link.log, eventsStream(partition)),
    ),
  );
  return logs.flat().flatMap(({ headers, body }) => {
    const message = decodeLogMessage(headers, body);
    return message.kind === 'events' ? message.events : [];
  });
}

/** Waits until the engine has counted so many events, in all. */
export async function expectCounted(cluster: Cluster, events: number): Promise<void> {
  await expect.poll(() => cluster.live.totals.events, { timeout: 45_000 }).toBe(events);
}

/** Each of these messages is in the log once, and nothing else is. */
export async function expectOnce(cluster: Cluster, messageIds: readonly string[]): Promise<void> {
  const ids = (await eventsIn(cluster)).map(({ messageId }) => messageId ?? 'none');
  expect(ids.toSorted()).toEqual(messageIds.toSorted());
}

/** Each of these messages is in the log, and nothing else is; repeats may be. */
export async function expectAll(cluster: Cluster, messageIds: readonly string[]): Promise<void> {
  const ids = (await eventsIn(cluster)).map(({ messageId }) => messageId ?? 'none');
  expect([...new Set(ids)].toSorted()).toEqual(messageIds.toSorted());
}
