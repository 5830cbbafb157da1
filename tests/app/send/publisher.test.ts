import { describe, expect, it } from 'vitest';
import { Publisher } from '../../../src/app/send/publisher.ts';
import { partitionOf } from '../../../src/base/hash.ts';
import type { CustomerEvent } from '../../../src/rules/event.ts';
import { BATCH_EVENTS_MAX } from '../../../src/wire/frame.ts';
import { eventsSubject } from '../../../src/wire/subject.ts';
import { ToldLog, type Landed } from './told-log.ts';

/** Time passes only by sleeping. */
function toldClock() {
  let now = 1_000;
  return {
    now: () => now,
    sleep: (ms: number) => {
      now += ms;
      return Promise.resolve();
    },
  };
}

function event(customer: string, at: number): CustomerEvent {
  return {
    type: 'track',
    customer,
    anonymousId: undefined,
    messageId: undefined,
    at,
    event: 'e',
    properties: {},
    context: {},
  };
}

function publisherOn(
  log: ToldLog,
  more: { partitions?: number; history?: boolean; patienceMs?: number } = {},
) {
  return new Publisher({
    log,
    clock: toldClock(),
    producer: 'boot',
    partitions: 4,
    sentAt: (latestAt) => latestAt,
    ...more,
  });
}

async function addAll(publisher: Publisher, events: readonly CustomerEvent[]): Promise<void> {
  for (const one of events) await publisher.add(one);
}

const stampsOf = (landed: readonly Landed[]) => landed.map(({ message }) => message.stamp?.n);

describe('a publisher', () => {
  it('brings all events to their partitions, in order, in full batches, without a gap', async () => {
    const log = new ToldLog();
    const publisher = publisherOn(log);
    const events = Array.from({ length: 5_000 }, (_, i) => event(`c${i % 37}`, i));
    await addAll(publisher, events);
    await publisher.flush();
    expect(publisher.stored).toBe(log.landed.length);
    expect(log.underWayMax).toBe(1);
    for (let p = 0; p < 4; p++) {
      const mine = log.landed.filter(({ subject }) => subject === eventsSubject(p));
      const batches = mine.map(({ message }) => (message.kind === 'events' ? message.events : []));
      expect(batches.flat()).toEqual(
        events.filter(({ customer }) => partitionOf(customer, 4) === p),
      );
      expect(batches.slice(0, -1).every((batch) => batch.length === BATCH_EVENTS_MAX)).toBe(true);
      expect(stampsOf(mine)).toEqual(mine.map((_, i) => i + 1));
      expect(mine.map(({ message }) => message.sentAt)).toEqual(
        batches.map((batch) => Math.max(...batch.map(({ at }) => at))),
      );
    }
  });

  it('repeats what has no answer with the same number, before anything else', async () => {
    const log = new ToldLog();
    log.answers.push('unknown', 'full', 'stored');
    const publisher = publisherOn(log, { partitions: 1 });
    await publisher.add(event('a', 1));
    const flushed = publisher.flush();
    await publisher.add(event('b', 2));
    await flushed;
    await publisher.flush();
    expect(stampsOf(log.landed)).toEqual([1, 1, 1, 2]);
    expect(publisher.stored).toBe(2);
  });

  it.each([
    ['full', 'log-full'],
    ['unknown', 'log-silent'],
  ] as const)('gives up in the end when the log is %s', async (kind, code) => {
    const log = new ToldLog();
    log.answers.push(...Array.from({ length: 100 }, () => kind));
    const publisher = publisherOn(log, { partitions: 1, patienceMs: 1_000 });
    await publisher.add(event('a', 1));
    await expect(publisher.flush()).rejects.toMatchObject({ code, remedy: 'retry' });
    await expect(
      addAll(
        publisher,
        Array.from({ length: 2_000 }, () => event('a', 2)),
      ),
    ).rejects.toMatchObject({ code });
    expect(new Set(stampsOf(log.landed))).toEqual(new Set([1]));
  });

  it('ticks every partition, behind what was added', async () => {
    const log = new ToldLog();
    const publisher = publisherOn(log);
    await publisher.add(event('a', 1));
    await publisher.tick(77);
    const subject = eventsSubject(partitionOf('a', 4));
    const mine = log.landed.filter((landed) => landed.subject === subject);
    expect(mine.map(({ message }) => message.kind)).toEqual(['events', 'tick']);
    expect(
      log.landed.filter(({ message }) => message.kind === 'tick' && message.sentAt === 77),
    ).toHaveLength(4);
  });

  it('cuts batches whose bytes are too many, the same way every time', async () => {
    const runs = [new ToldLog(), new ToldLog()];
    for (const log of runs) {
      const publisher = publisherOn(log, { partitions: 1, history: true });
      const large = { ...event('a', 1), properties: { text: 'x'.repeat(10_000) } };
      await addAll(
        publisher,
        Array.from({ length: 200 }, () => large),
      );
      await publisher.flush();
    }
    expect(runs[0]?.landed.length).toBe(4);
    expect(runs[0]?.landed).toEqual(runs[1]?.landed);
    expect(
      runs[0]?.landed.every(({ message }) => message.kind === 'events' && message.history),
    ).toBe(true);
  });
});
