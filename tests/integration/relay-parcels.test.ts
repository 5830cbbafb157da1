import { expect, test } from 'vitest';
import { ShoalError } from '../../src/base/error.ts';
import { DAY_MS } from '../../src/base/time.ts';
import type { Effect } from '../../src/engine/effect.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import type { Directory } from '../../src/roles/ports/directory.ts';
import type { Appended, Log } from '../../src/roles/ports/log.ts';
import { eventsStream, eventsSubject, TRIGGERS_STREAM } from '../../src/wire/subject.ts';
import { arrivedIn, forgotten, passed, slice, someoneOf, taken } from '../support/parcels.ts';
import { entry, RelayHouse } from '../support/relay.ts';
import { eventually, systemClock } from '../support/world.ts';

/** The numbers of the parcels that each partition has told for each other one. */
type Wanted = number[][][];

/** Waits until all that was told counts as dealt with. */
async function carried(house: RelayHouse): Promise<void> {
  await eventually('all is carried', async () => {
    const places = house.told.map((_, p) => house.positions.position(`relay-carried-${p}`));
    const reached = await Promise.all(places);
    return reached.every((n, p) => n === house.told[p]);
  });
}

/** Tells so many records of each partition, most of it parcels for all partitions. */
async function tellParcels(house: RelayHouse, records: number, items: number): Promise<Wanted> {
  const all = Array.from({ length: house.partitions }, (_, p) => p);
  const people = all.map((partition) => someoneOf(partition, house.partitions));
  const wanted: Wanted = all.map(() => all.map(() => []));
  for (let record = 0; record < records; record++) {
    for (const source of all) {
      const first = (house.told[source] ?? 0) + 1;
      const effects = Array.from({ length: items }, (_, i): Effect => {
        const target = (i * 7 + record) % house.partitions;
        const to = people[target] ?? '';
        if (i % 5 === 0) return entry(to);
        wanted[source]?.[target]?.push(first + i);
        return i % 5 === 1 ? passed(to, slice(`${i}`, 0, 1, 'x'.repeat(200))) : passed(to);
      });
      await house.tell(source, effects);
    }
  }
  return wanted;
}

async function expectAll(house: RelayHouse, wanted: Wanted): Promise<void> {
  for (let target = 0; target < house.partitions; target++) {
    const arrived = await arrivedIn(house.log, target);
    for (let source = 0; source < house.partitions; source++) {
      expect(taken(arrived, source)).toEqual(wanted[source]?.[target]);
    }
  }
}

function through(log: Log, append: Log['append']): Log {
  return new Proxy(log, {
    get: (target, name: keyof Log) => (name === 'append' ? append : target[name].bind(target)),
  });
}

const isParcel = (subject: string): boolean => subject.startsWith('shoal.events.');

test('what is passed on arrives in the log of whom it is for, under its source and number', async () => {
  const house = await RelayHouse.start(4);
  const [ann, bob] = [someoneOf(1, 4, 'ann'), someoneOf(3, 4, 'bob')];
  const event: CustomerEvent = {
    ...{ type: 'track', customer: bob, at: 900, event: 'Product Viewed', messageId: 'm' },
    ...{ anonymousId: undefined, properties: { sku: 'é' }, context: {} },
  };
  const told: Effect[] = [
    entry(ann),
    passed(ann),
    passed(bob, { type: 'event', event, isHistory: false }, ann, 2_000),
    passed(bob, slice('4', 0, 2, '{"a":'), ann, 3_000),
    passed(bob, slice('4', 1, 2, '1}'), ann, 3_000),
    forgotten('zoë'),
  ];
  await house.tell(2, told);
  const forgot: string[] = [];
  const store = { forget: async (customer: string) => void forgot.push(customer) };
  const relay = await house.relay((log) => log, { stores: [store, store] });
  await carried(house);

  const toAnn = { source: 2, n: 2, sentAt: 1_000, passed: told[1] };
  expect(await arrivedIn(house.log, 1)).toEqual([toAnn]);
  expect(await arrivedIn(house.log, 3)).toEqual(
    [3, 4, 5].map((n) => ({ source: 2, n, sentAt: 3_000, passed: told[n - 1] })),
  );
  expect(forgot).toEqual(['zoë', 'zoë']);
  await house.relayed();
  const subjects = (await house.triggers()).map(({ subject }) => subject);
  const quiet = 'shoal.quiet.customer';
  const quietOnes = [...Array.from({ length: 4 }, () => `${quiet}.passed`), `${quiet}.forgotten`];
  expect(subjects).toEqual(['shoal.triggers.vip.entered', ...quietOnes]);
  const total = (type: string): number => relay.metrics.total('shoal_parcels_total', { type });
  expect(['join', 'event', 'merge', 'forgotten'].map(total)).toEqual([1, 1, 2, 1]);
});

test('crashes in the middle: nothing is missing, and all is in its order', async () => {
  const house = await RelayHouse.start(4);
  const wanted = await tellParcels(house, 6, 800);
  for (const stored of [1, 3_000, 9_000]) {
    const relay = await house.relay();
    await eventually(
      `${stored} triggers`,
      async () => (await house.log.lastSequence(TRIGGERS_STREAM).catch(() => 0)) >= stored,
    );
    await relay.crash();
  }
  const relay = await house.relay();
  await carried(house);
  await relay.stop();
  expect(relay.failures).toEqual([]);
  await expectAll(house, wanted);
});

test('NATS killed in the middle: nothing is missing, and all is in its order', async () => {
  const house = await RelayHouse.start(3);
  const wanted = await tellParcels(house, 6, 800);
  const relay = await house.relay();
  const hasBegun = async (): Promise<boolean> =>
    (await house.log.lastSequence(eventsStream(0))) > 2;
  await eventually('parcels have arrived', hasBegun);
  await house.nats.kill();
  await house.nats.restart();
  await carried(house);
  expect(relay.failures).toEqual([]);
  await expectAll(house, wanted);
});

test('answers that are lost: what may not have landed comes again, and nothing before it', async () => {
  const house = await RelayHouse.start(3);
  const wanted = await tellParcels(house, 4, 400);
  let appends = 0;
  let repeats = 0;
  const lossy = (log: Log): Log =>
    through(log, async (subject, ...rest): Promise<Appended> => {
      const lot = isParcel(subject) ? ++appends % 5 : 5;
      if (lot === 1) return { kind: 'unknown' };
      const outcome = await log.append(subject, ...rest);
      if (lot !== 2) return outcome;
      repeats += 1;
      return { kind: 'unknown' };
    });
  const relay = await house.relay(lossy);
  await carried(house);
  await relay.stop();
  expect(repeats).toBeGreaterThan(1);
  await expectAll(house, wanted);
});

test('two relays at once: what both carry is in its order', async () => {
  const house = await RelayHouse.start(3);
  const relays = [await house.relay(), await house.relay()];
  const wanted = await tellParcels(house, 4, 300);
  await carried(house);
  for (const relay of relays) {
    await relay.stop();
    expect(relay.failures).toEqual([]);
  }
  await expectAll(house, wanted);
});

test('a parcel does not grow too old, and without a bookmark all are carried again', async () => {
  const house = await RelayHouse.start(2);
  const wanted = await tellParcels(house, 2, 20);
  const first = await house.relay();
  await carried(house);
  await first.stop();
  const numbers = await numbersIn(house);
  await house.store.flushall();
  const clock = { ...systemClock, now: () => systemClock.now() + 30 * DAY_MS };
  // As if the triggers had aged out as well.
  await house.log.trim(TRIGGERS_STREAM, 1_000);
  const second = await house.relay((log) => log, { clock });
  await carried(house);
  await second.stop();
  const dropped = 'shoal_relay_dropped_transitions_total';
  expect(second.metrics.total(dropped, { reason: 'expired' })).toBeGreaterThan(0);
  expect(await numbersIn(house)).toEqual(numbers.map((own) => [...own, ...own].toSorted()));
  await expectAll(house, wanted);
});

test('triggers that NATS has lost are published again, and no parcel comes twice for that', async () => {
  const house = await RelayHouse.start(2);
  const wanted = await tellParcels(house, 2, 20);
  const first = await house.relay();
  await carried(house);
  await first.stop();
  const numbers = await numbersIn(house);
  // As if `shoal-triggers` had been longer.
  await house.positions.savePosition('relay', 1_000);
  const second = await house.relay();
  await eventually('the bookmark is trusted again', async () => {
    return (await house.positions.position('relay')) === 80;
  });
  await second.stop();
  expect(await numbersIn(house)).toEqual(numbers);
  await expectAll(house, wanted);
});

test('transitions that NATS has lost: other ones with the same numbers are carried', async () => {
  const house = await RelayHouse.start(2);
  const ann = someoneOf(1, 2);
  await house.tell(0, [passed(ann)]);
  const first = await house.relay();
  await carried(house);
  await first.stop();
  // As if a later record had been there, and had been lost.
  await house.positions.savePosition('relay-0', 9);
  await house.positions.savePosition('relay-carried-0', 9);
  const second = await house.relay();
  await house.tell(0, [passed(ann), passed(ann)]);
  await carried(house);
  await second.stop();
  expect(second.metrics.total('shoal_relay_restarts_total', { reason: 'gap' })).toBe(1);
  expect(taken(await arrivedIn(house.log, 1), 0)).toEqual([1, 2, 3]);
});

/** What has come to each partition, as often as it came. */
async function numbersIn(house: RelayHouse): Promise<string[][]> {
  const all = Array.from({ length: house.partitions }, (_, p) => arrivedIn(house.log, p));
  const arrived = await Promise.all(all);
  return arrived.map((own) => own.map(({ source, n }) => `${source}/${n}`).toSorted());
}

test('the directory joins before a state arrives; while it is away only states wait', async () => {
  const house = await RelayHouse.start(3);
  const [ann, bob] = [someoneOf(1, 3), someoneOf(2, 3)];
  let isAway = true;
  const joined: string[] = [];
  const directory: Pick<Directory, 'join'> = {
    join: async (from, into) => {
      if (isAway) throw new ShoalError({ code: 'store-away', remedy: 'retry', message: 'away' });
      expect(await arrivedIn(house.log, 1)).toEqual([]);
      joined.push(`${from} to ${into}`);
    },
  };
  await house.tell(0, [passed(ann, slice('1', 0, 2)), passed(ann, slice('1', 1, 2)), passed(bob)]);
  const relay = await house.relay((log) => log, { directory });
  await house.relayed();
  await expect.poll(async () => (await arrivedIn(house.log, 2)).length).toBe(1);
  expect(relay.logger.messages()).toContain('parcels wait for the directory');
  expect(await arrivedIn(house.log, 1)).toEqual([]);
  expect(await house.positions.position('relay-0')).toBe(0);
  isAway = false;
  await carried(house);
  expect(taken(await arrivedIn(house.log, 1), 0)).toEqual([1, 2]);
  expect(joined).toEqual([`k to ${ann}`]);
});

test('the stores hear who has joined whom within a partition, and that before who is forgotten', async () => {
  const house = await RelayHouse.start(2);
  const heard: string[] = [];
  const directory: Pick<Directory, 'join'> = {
    join: async (from, into) => {
      await systemClock.sleep(20);
      heard.push(`${from} joins ${into}`);
    },
  };
  const store = { forget: async (customer: string) => void heard.push(`${customer} is gone`) };
  const joined = { type: 'joined' } as const;
  await house.tell(0, [
    passed('b', joined, 'a'),
    passed('c', joined, 'b'),
    forgotten('c'),
    passed('e', joined, 'd'),
  ]);
  const stores = [store];
  const relay = await house.relay((log) => log, { directory, stores });
  await carried(house);
  expect(heard).toEqual(['a joins b', 'b joins c', 'c is gone', 'd joins e']);
  expect(await numbersIn(house)).toEqual([[], []]);
  expect(relay.metrics.total('shoal_parcels_total', { type: 'joined' })).toBe(3);
});

test('a store that does not answer is asked again until it has forgotten', async () => {
  const house = await RelayHouse.start(1);
  let tries = 0;
  const forgot = new Set<string>();
  const store = {
    forget: async (customer: string) => {
      if (++tries < 4) throw new ShoalError({ code: 'store-away', remedy: 'retry', message: 'x' });
      forgot.add(customer);
    },
  };
  const customers = Array.from({ length: 200 }, (_, i) => `c${i}`);
  await house.tell(
    0,
    customers.map((customer) => forgotten(customer)),
  );
  await house.relay((log) => log, { stores: [store] });
  await carried(house);
  expect([...forgot].toSorted()).toEqual(customers.toSorted());
});

test('a log that is full holds up what is for it until there is room', async () => {
  const house = await RelayHouse.start(2);
  const [ann, bob] = [someoneOf(0, 2), someoneOf(1, 2)];
  let isFull = true;
  const full = (log: Log): Log =>
    through(log, async (subject, ...rest): Promise<Appended> =>
      isFull && subject === eventsSubject(0) ? { kind: 'full' } : log.append(subject, ...rest),
    );
  const relay = await house.relay(full);
  await house.tell(0, [passed(ann), passed(bob)]);
  await house.tell(1, [passed(bob), passed(ann)]);
  await expect.poll(async () => (await arrivedIn(house.log, 1)).length).toBe(2);
  const waiting = (): number => relay.metrics.total('shoal_parcels_behind');
  await expect.poll(waiting).toBe(2);
  isFull = false;
  await carried(house);
  await expect.poll(waiting).toBe(0);
  expect((await numbersIn(house))[0]).toEqual(['0/1', '1/2']);
});

test('a parcel that NATS never takes is given up, and said', async () => {
  const house = await RelayHouse.start(1);
  const limited = (log: Log): Log =>
    through(log, async (subject, body, options): Promise<Appended> => {
      if (!isParcel(subject) || body.length < 10_000) return log.append(subject, body, options);
      throw new ShoalError({ code: 'message-too-large', remedy: 'refuse-input', message: 'big' });
    });
  const ann = someoneOf(0, 1);
  const large = passed(ann, slice('2', 0, 1, 'x'.repeat(20_000)));
  await house.tell(0, [passed(ann), large, passed(ann), passed(ann)]);
  const relay = await house.relay(limited);
  await carried(house);
  expect(taken(await arrivedIn(house.log, 0), 0)).toEqual([1, 3, 4]);
  const dropped = 'shoal_relay_dropped_transitions_total';
  expect(relay.metrics.total(dropped, { reason: 'too-large' })).toBe(1);
  expect(relay.logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  expect(relay.failures).toEqual([]);
});
