import { expect, it } from 'vitest';
import { partitionOf } from '../../../../src/base/hash.ts';
import { Lanes } from '../../../../src/roles/gateway/ingest/lanes.ts';
import { eventsSubject } from '../../../../src/wire/subject.ts';
import { REAL_CLOCK } from '../../../support/quiet-world.ts';
import { event, HeldLog, type Held } from './held-log.ts';

const PARTITIONS = 4;

function lanesOn(log: HeldLog): Lanes {
  return new Lanes({ log, clock: REAL_CLOCK, partitions: PARTITIONS, boot: 'b1' });
}

function customerIn(held: Held | undefined): string {
  const message = held?.message;
  return (message?.kind === 'events' ? message.events[0]?.customer : undefined) ?? 'nobody';
}

const customers = Array.from({ length: 40 }, (_, i) => `c${i}`);

it('events of several requests share a message of their partition, in order', async () => {
  const log = new HeldLog();
  log.always = 'stored';
  const lanes = lanesOn(log);
  const stored = customers.map((customer) => lanes.store([event(customer)]));
  expect(await Promise.all(stored)).toEqual(customers.map(() => undefined));
  expect(log.appended).toHaveLength(PARTITIONS);
  for (const { subject, message } of log.appended) {
    const p = [0, 1, 2, 3].find((each) => eventsSubject(each) === subject);
    expect(message).toMatchObject({ stamp: { producer: `gateway-b1-${p}`, n: 1 }, history: false });
    const mine = customers.filter((customer) => partitionOf(customer, PARTITIONS) === p);
    expect(message.kind === 'events' && message.events.map((each) => each.customer)).toEqual(mine);
  }
});

it('a request waits for all of its partitions, and what comes meanwhile gathers (2)', async () => {
  const log = new HeldLog();
  const lanes = lanesOn(log);
  let isStored = false;
  void lanes.store(customers.map((customer) => event(customer))).then(() => (isStored = true));
  await expect.poll(() => log.appended).toHaveLength(PARTITIONS);
  const [held, ...others] = log.appended;
  const [first, second] = [customerIn(held), customerIn(others[0])];
  const gathered = ['x', 'y', 'z'].map((messageId) => lanes.store([event(first, { messageId })]));
  for (const { answer } of others) answer('stored');
  log.always = 'stored';
  // Another partition goes on meanwhile, and is cut no earlier than the held one would be.
  await lanes.store([event(second)]);
  await lanes.store([event(second)]);
  const inHeld = (): number =>
    log.appended.filter(({ subject }) => subject === held?.subject).length;
  expect([isStored, inHeld()]).toEqual([false, 1]);
  held?.answer('stored');
  await Promise.all(gathered);
  expect([isStored, inHeld()]).toEqual([true, 2]);
  await lanes.drained();
});

it('a request of which a part is not stored learns why', async () => {
  const log = new HeldLog();
  const lanes = lanesOn(log);
  const stored = lanes.store([event('a'), event('b')]);
  await expect.poll(() => log.appended.length).toBeGreaterThan(0);
  log.always = 'full';
  for (const { answer } of log.appended) answer('full');
  expect(await stored).toMatchObject({ code: 'log-full' });
  await lanes.drained();
});

it('a body of history is stamped with its own hash (3)', async () => {
  const logs = [new HeldLog(), new HeldLog()];
  const past = customers.map((customer, i) => event(customer, { at: i }));
  for (const log of logs) {
    log.always = 'stored';
    expect(await lanesOn(log).import(past, 'a body')).toBeUndefined();
  }
  const told = logs.map(({ appended }) =>
    appended.map(({ subject, message }) => ({ subject, message: { ...message, sentAt: 0 } })),
  );
  expect(told[0]).toEqual(told[1]);
  expect(told[0]?.every(({ message }) => message.kind === 'events' && message.history)).toBe(true);
  const other = new HeldLog();
  other.always = 'stored';
  await lanesOn(other).import(past, 'another body');
  const producers = [logs[0], other].map((log) => {
    const message = log?.appended[0]?.message;
    return message !== undefined && 'stamp' in message ? message.stamp?.producer : undefined;
  });
  expect(producers[0]).toMatch(/^import-[0-9a-f]{24}$/);
  expect(producers[0]).not.toBe(producers[1]);
});
