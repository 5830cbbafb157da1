import { expect, test } from 'vitest';
import type { Effect } from '../../src/engine/effect.ts';
import type { Log } from '../../src/roles/ports/log.ts';
import { TRIGGERS } from '../../src/roles/ports/triggers-stream.ts';
import { TriggerLane } from '../../src/roles/relay/trigger-lane.ts';
import { TRIGGERS_STREAM } from '../../src/wire/subject.ts';
import { encodeTrigger } from '../../src/wire/trigger.ts';
import { entries, entry, RelayHouse } from '../support/relay.ts';
import { eventually } from '../support/world.ts';

/** Every number of every partition once, in its order, and nothing else. */
async function expectEachOnce(house: RelayHouse): Promise<void> {
  const ids = await house.ids();
  for (let partition = 0; partition < house.partitions; partition++) {
    const own = ids.filter((id) => id.split('/')[1] === String(partition));
    expect(own).toEqual(house.wantedIds(partition));
  }
  expect(new Set(ids).size).toBe(ids.length);
}

async function stored(house: RelayHouse, triggers: number): Promise<void> {
  await eventually(
    `${triggers} triggers`,
    async () => (await house.log.lastSequence(TRIGGERS_STREAM).catch(() => 0)) >= triggers,
  );
}

test('every effect becomes one CloudEvent, and what is quiet stands apart', async () => {
  const house = await RelayHouse.start(2);
  const at = Date.parse('2026-03-01T12:00:00.123Z');
  const head = { at, customer: 'Zoë "z" 100%' };
  const effects: Effect[] = [
    { ...head, kind: 'entry', why: 'event', segment: 'vip' },
    { ...head, kind: 'exit', why: 'time', segment: 'vip' },
    { ...head, kind: 'changed', why: 'event', attribute: 'Shoe size.*>', from: null, to: { a: 1 } },
    { ...head, kind: 'due', why: 'time', campaign: 'hi', triggeredAt: at - 1, trigger: [1] },
    { ...head, kind: 'entry', why: 'define', segment: 'vip' },
    { ...head, kind: 'exit', why: 'import', segment: 'vip' },
  ];
  await house.tell(1, effects);
  const relay = await house.relay();
  await house.relayed();

  const triggers = await house.triggers();
  expect(triggers.map(({ subject }) => subject)).toEqual([
    'shoal.triggers.vip.entered',
    'shoal.triggers.vip.exited',
    'shoal.triggers.attribute.Shoe%20size%2E%2A%3E',
    'shoal.triggers.campaign.hi.due',
    'shoal.quiet.vip.entered',
    'shoal.quiet.vip.exited',
  ]);
  const [first] = triggers;
  expect(Object.fromEntries(first?.headers ?? [])).toMatchObject({
    'ce-specversion': '1.0',
    'ce-id': `${house.cluster}/1/1`,
    'ce-source': `/shoal/${house.cluster}`,
    'ce-type': 'shoal.segment.entered',
    'ce-time': '2026-03-01T12:00:00.123Z',
    'ce-subject': 'Zo%C3%AB%20%22z%22%20100%25',
    'content-type': 'application/json',
  });
  const shown = { customer: head.customer, at: '2026-03-01T12:00:00.123Z' };
  const id = (n: number): string => `${house.cluster}/1/${n}`;
  const triggeredAt = '2026-03-01T12:00:00.122Z';
  expect(triggers.map((trigger) => trigger.shown)).toEqual([
    {
      ...shown,
      id: id(1),
      type: 'shoal.segment.entered',
      quiet: false,
      segment: 'vip',
      why: 'event',
    },
    {
      ...shown,
      id: id(2),
      type: 'shoal.segment.exited',
      quiet: false,
      segment: 'vip',
      why: 'time',
    },
    {
      ...shown,
      ...{ id: id(3), type: 'shoal.attribute.changed', quiet: false, why: 'event' },
      ...{ attribute: 'Shoe size.*>', from: null, to: { a: 1 } },
    },
    {
      ...shown,
      ...{ id: id(4), type: 'shoal.campaign.due', quiet: false, why: 'time' },
      ...{ campaign: 'hi', triggeredAt, trigger: [1] },
    },
    {
      ...shown,
      id: id(5),
      type: 'shoal.segment.entered',
      quiet: true,
      segment: 'vip',
      why: 'define',
    },
    {
      ...shown,
      id: id(6),
      type: 'shoal.segment.exited',
      quiet: true,
      segment: 'vip',
      why: 'import',
    },
  ]);
  const { metrics } = relay;
  expect(metrics.total('shoal_relay_triggers_total', { audience: 'all' })).toBe(4);
  expect(metrics.total('shoal_relay_triggers_total', { audience: 'mirrors', kind: 'entry' })).toBe(
    1,
  );
});

test('a value that is too long for a message is left out, by name', async () => {
  const house = await RelayHouse.start(1);
  const long = 'x'.repeat(70_000);
  const at = 1_000;
  const effect: Effect = {
    ...{ kind: 'changed', at, customer: 'ann', why: 'event', attribute: 'text' },
    ...{ from: 'short', to: long },
  };
  await house.tell(0, [effect, entry('é'.repeat(400_000))]);
  const relay = await house.relay();
  await house.relayed();
  const [changed, entered] = (await house.triggers()).map(({ shown }) => shown);
  expect(changed).toMatchObject({ customer: 'ann', from: 'short', omitted: ['to'] });
  expect(changed).not.toHaveProperty('to');
  expect(entered).toMatchObject({ segment: 'vip', omitted: ['customer'] });
  expect(relay.failures).toEqual([]);
});

test('a relay that starts again goes on where the last one stopped', async () => {
  const house = await RelayHouse.start(2);
  for (const n of [1, 2, 3]) {
    await house.tell(0, entries(100 * n));
    await house.tell(1, entries(10));
    const relay = await house.relay();
    await house.relayed();
    await relay.stop();
    expect(relay.failures).toEqual([]);
  }
  await expectEachOnce(house);
});

test('crashes in the middle: nothing is missing, nothing is doubled', async () => {
  const house = await RelayHouse.start(3);
  for (let i = 0; i < 24; i++) await house.tell(i % 3, entries(1_000));
  for (const triggers of [1, 3_000, 6_001, 12_000]) {
    const relay = await house.relay();
    await stored(house, triggers);
    await relay.crash();
  }
  const relay = await house.relay();
  await house.relayed();
  await relay.stop();
  await expectEachOnce(house);
});

test('answers that are lost: what landed is not sent again', async () => {
  const house = await RelayHouse.start(2);
  for (let i = 0; i < 10; i++) await house.tell(i % 2, entries(300));
  let appends = 0;
  const lossy = (log: Log): Log =>
    new Proxy(log, {
      get: (target, name: keyof Log) => {
        if (name !== 'append') return target[name].bind(target);
        return async (...args: Parameters<Log['append']>) => {
          const outcome = await target.append(...args);
          return ++appends % 700 === 0 ? { kind: 'unknown' } : outcome;
        };
      },
    });
  const relay = await house.relay(lossy);
  await house.relayed();
  await relay.stop();
  expect(relay.metrics.total('shoal_relay_restarts_total', { reason: 'doubt' })).toBeGreaterThan(1);
  await expectEachOnce(house);
});

test('two relays at once: each trigger is stored once', async () => {
  const house = await RelayHouse.start(2);
  const relays = [await house.relay(), await house.relay()];
  for (let i = 0; i < 6; i++) await house.tell(i % 2, entries(200));
  await house.relayed();
  for (const relay of relays) {
    await relay.stop();
    expect(relay.failures).toEqual([]);
  }
  await expectEachOnce(house);
});

test('two who hand over in another order: what one of them says stands together', async () => {
  const house = await RelayHouse.start(2);
  await house.log.ensureStream(TRIGGERS);
  const doubts: string[] = [];
  const [mine, theirs] = ['mine', 'theirs'].map((name) => {
    const onDoubt = (outcome: string): void => void doubts.push(`${name}: ${outcome}`);
    const onFailure = (error: unknown): never => expect.fail(String(error));
    return new TriggerLane({ log: house.log, name, end: 0, onDoubt, onFailure });
  });
  const put = (lane: TriggerLane | undefined, partition: number, number: number): void =>
    lane?.put(encodeTrigger({ cluster: house.cluster, partition, number }, entry('ann')));
  put(mine, 0, 1);
  // Its first comes too late; its second stands where it belongs, and would follow nothing.
  for (const number of [1, 2]) put(theirs, 1, number);
  put(mine, 0, 2);
  for (const number of [1, 2, 3]) put(theirs, 0, number);
  for (const number of [1, 2]) put(mine, 1, number);
  await mine?.settled();
  await theirs?.settled();
  const said = ['0/1', '0/2', '1/1', '1/2'].map((id) => `${house.cluster}/${id}`);
  expect(await house.ids()).toEqual(said);
  expect(doubts).toEqual(['theirs: conflict']);
});

test('the store away, or emptied: relaying goes on, nothing is doubled', async () => {
  const house = await RelayHouse.start(2);
  const first = await house.relay();
  await house.tell(0, entries(50));
  await house.relayed();
  await house.redis.kill();
  await house.tell(1, entries(50));
  await house.relayed();
  await house.redis.restart();
  await first.crash();

  await eventually('the store is back', () => house.store.status === 'ready');
  await house.store.flushall();
  await house.tell(0, entries(50));
  await house.relay();
  await house.relayed();
  await expectEachOnce(house);
});

test('NATS killed in the middle: nothing is missing, nothing is doubled', async () => {
  const house = await RelayHouse.start(2);
  for (let i = 0; i < 16; i++) await house.tell(i % 2, entries(1_000));
  const relay = await house.relay();
  await stored(house, 1_500);
  await house.nats.kill();
  await house.nats.restart();
  await house.relayed();
  expect(relay.failures).toEqual([]);
  await expectEachOnce(house);
});

test('triggers that NATS has lost are published again', async () => {
  const house = await RelayHouse.start(2);
  const sequence = await house.tell(0, entries(20));
  // As if an earlier relay had published them, and the stream had been set back.
  const { positions } = house;
  await positions.savePosition('relay-number-0', 20);
  await positions.savePosition('relay-0', sequence);
  await positions.savePosition('relay', 20);
  const relay = await house.relay();
  await house.relayed();
  await relay.stop();
  await expectEachOnce(house);
  const again = await house.relay();
  await house.tell(1, entries(5));
  await house.relayed();
  await again.stop();
  await expectEachOnce(house);
});

test('a place behind the end of the transitions is found anew', async () => {
  const house = await RelayHouse.start(1);
  await house.tell(0, entries(5));
  const first = await house.relay();
  await house.relayed();
  await first.stop();
  await house.positions.savePosition('relay-0', 50);
  await house.tell(0, entries(5));
  const second = await house.relay();
  await house.relayed();
  await second.stop();
  expect(second.metrics.total('shoal_relay_restarts_total', { reason: 'gap' })).toBe(1);
  await expectEachOnce(house);
});

test('numbers that are in the log no more are told, and passed over', async () => {
  const house = await RelayHouse.start(1);
  await house.tell(0, entries(5));
  await house.tell(0, entries(5), 9);
  const relay = await house.relay();
  await stored(house, 10);
  await relay.stop();
  const numbers = (await house.ids()).map((id) => Number(id.split('/')[2]));
  expect(numbers).toEqual([1, 2, 3, 4, 5, 9, 10, 11, 12, 13]);
  expect(relay.metrics.total('shoal_relay_dropped_transitions_total', { reason: 'lost' })).toBe(3);
  expect(relay.logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
});
