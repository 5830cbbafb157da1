import { describe, expect, test } from 'vitest';
import { SLICE_LENGTH_MAX } from '../../../src/engine/joining/slices.ts';
import { Partition } from '../../../src/engine/partition.ts';
import { campaignOf } from '../../support/campaign.ts';
import { passed, someoneOf } from '../../support/parcels.ts';
import {
  alias,
  ann,
  bob,
  defined,
  House,
  login,
  phone,
  SETTINGS,
  tablet,
  visit,
} from '../../support/two-partitions.ts';
import { compare, event, HOUR, identify, not, of, track, within } from '../../model/story.ts';

/*
 * One by one what happens between two partitions; random histories of it are in across.test.ts.
 */

const twice = event('Viewed', { window: within(HOUR), comparison: compare('atLeast', 2) });

describe('a visitor of one partition logs in to another', () => {
  test('what was theirs comes over quietly, at the instant at which they were taken out', () => {
    const house = new House(defined({ twice, calm: not(event('Viewed')) }));
    house.take(visit(phone, 1), visit(phone, 2));
    house.take(of(ann, track('Seen', 3)));
    house.told();
    house.take(login(ann, phone, 4));
    expect(house.told()).toEqual([]);
    house.carryAll();
    expect(house.told()).toEqual([
      `4 ${phone} exit twice (merge)`,
      `4 ${ann} exit calm (merge)`,
      `4 ${ann} entry twice (merge)`,
    ]);
    expect(house.rootOf(phone)).toBe(ann);
    house.tick(HOUR + 1);
    expect(house.told()).toEqual([`${HOUR + 1} ${ann} exit twice (time)`]);
  });

  test.each([
    [false, 'event'],
    [true, 'import'],
  ])('what neither was is told as the message that said so (history: %s)', (history, why) => {
    const house = new House(defined({ twice }));
    house.take(visit(phone, 1), of(ann, track('Viewed', 2)));
    const events = [login(ann, phone, 3)];
    house.apply({ kind: 'message', storedAt: 3, events, history });
    house.carryAll();
    expect(house.told()).toEqual([`3 ${ann} entry twice (${why})`]);
  });

  test('later events of the visitor are passed on, and count by their own time', () => {
    const house = new House(defined({ twice }));
    house.take(login(ann, phone, 1));
    house.carryAll();
    house.take(visit(phone, 2));
    house.take(visit(phone, 3));
    house.tick(10);
    expect(house.told()).toEqual([]);
    house.carryAll();
    // Ann has been looked at as of then.
    expect(house.told()).toEqual([`10 ${ann} entry twice (event)`]);
    house.tick(HOUR + 2);
    expect(house.told()).toEqual([`${HOUR + 2} ${ann} exit twice (time)`]);
  });

  test('they are asked for once, and once more by alias', () => {
    const house = new House(defined({ twice }));
    house.take(visit(phone, 1));
    house.take(of(phone, identify(1, {})));
    const asked = () =>
      house.effects.filter((one) => one.kind === 'passed' && one.parcel.type === 'join').length;
    for (const at of [2, 3, 4]) house.take(login(ann, phone, at));
    expect([house.carryAll(), asked(), house.rootOf(phone)]).toEqual([1, 1, phone]);
    for (const at of [5, 6]) house.take(alias(ann, phone, at));
    house.take(login(ann, phone, 7));
    house.carryAll();
    expect([asked(), house.rootOf(phone)]).toEqual([2, ann]);
  });

  test('a tablet that two people share stays with the first who asks', () => {
    const house = new House(defined({ twice }));
    house.take(visit(tablet, 1), visit(tablet, 2));
    house.take(login(ann, tablet, 3), login(bob, tablet, 4));
    house.carryAll();
    expect(house.rootOf(tablet)).toBe(ann);
    expect(house.membersOf('twice')).toEqual([ann]);
  });

  test('each of two asks for the other: the smaller id stays, and has all of both', () => {
    const house = new House(
      defined({ all: event('Viewed', { comparison: compare('atLeast', 4) }) }),
    );
    const eve = someoneOf(0, 2, 'eve');
    house.take(of(ann, track('Viewed', 1)), of(eve, track('Viewed', 2)));
    house.take(alias(ann, eve, 3), alias(eve, ann, 4));
    for (const [source, target] of [
      [0, 1],
      [1, 0],
    ] as const) {
      house.carry(source, target, 1, 0);
    }
    expect(house.engines.map((engine) => engine.customerCount())).toEqual([0, 0]);
    // It goes round, and comes back to where its messageId has been seen.
    house.take({ ...of(ann, track('Viewed', 5)), messageId: 'm' });
    house.take(of(eve, track('Viewed', 6)));
    house.carryAll();
    expect([house.rootOf(ann), house.rootOf(eve)]).toEqual([ann, ann]);
    expect(house.membersOf('all')).toEqual([ann]);
    house.take(of(eve, track('Viewed', 7)));
    house.carryAll();
    expect(house.engines.map((engine) => engine.customerCount())).toEqual([0, 1]);
  });

  test('waits come over with their instant, and what was served stays served', () => {
    const when = { kind: 'event', events: ['Viewed'], where: [] } as const;
    const wait = { kind: 'for', ms: HOUR } as const;
    const cart = campaignOf({ id: 'cart', when, wait, reentry: { kind: 'once' } });
    const house = new House(defined({}, { campaigns: [cart] }));
    house.take(visit(phone, 1));
    house.take(visit(tablet, 2));
    house.take(login(ann, phone, 3));
    house.carryAll();
    house.take(login(ann, tablet, 4));
    house.carryAll();
    const dues = () => house.told().filter((line) => line.includes('due'));
    house.tick(HOUR + 1);
    expect(dues()).toEqual([`${HOUR + 1} ${ann} due cart (time)`]);
    house.take(of(ann, track('Viewed', HOUR + 2)));
    house.tick(3 * HOUR);
    expect(dues()).toEqual([]);
  });
});

test('much that is kept comes in slices, stored between them', () => {
  const sum = event('Bought', {
    window: within(HOUR),
    measure: { of: 'sum', path: [['price']] },
    comparison: compare('equals', 5_000),
  });
  const house = new House(defined({ sum }));
  const many = Array.from({ length: 5_000 }, (_, i) =>
    visit(phone, 1_000_000 + i, 'Bought', { price: 1 }),
  );
  house.take(...many);
  house.take(login(ann, phone, 1_006_000));
  house.carry(1, 0, 9, 0);
  let carried = 0;
  while (house.carry(0, 1, 1, 1) > 0) {
    carried++;
    house.restore(1);
  }
  expect(carried).toBeGreaterThan(1);
  expect(carried).toBeLessThan((5_000 * 30) / SLICE_LENGTH_MAX + 2);
  expect(house.membersOf('sum')).toEqual([ann]);
  house.tick(1_000_000 + HOUR);
  expect(house.membersOf('sum')).toEqual([]);
});

test.each([
  'no JSON',
  '[]',
  '{"takeOutId":"1.1","why":"event","belongings":[]}',
  '{"takeOutId":"1.1","why":"time","belongings":{}}',
  '{"takeOutId":"1.1","why":"event","belongings":{"series":[1],"attributes":{"a":1},"segments":7,' +
    '"campaigns":[{"id":"none"},3],"recent":{"orders":[[1]],"viewed":null}}}',
])('what is no handover changes nothing but that they are known: %s', (text) => {
  const engine = new Partition(SETTINGS, defined({ twice }));
  const parcel = { type: 'merge', id: '1.1', slice: 0, slices: 1, text } as const;
  const items = [{ n: 1, passed: passed(ann, parcel, phone) }];
  expect(engine.apply({ storedAt: 1, body: { kind: 'passed', source: 0, items } })).toEqual([]);
  expect(engine.attributes(ann) ?? {}).toEqual({});
});

describe('someone is forgotten', () => {
  function family(): House {
    const house = new House(defined({ twice }));
    house.take(visit(phone, 1), visit(tablet, 2), of(bob, track('Viewed', 2)));
    house.take(login(ann, phone, 3), login(ann, tablet, 4));
    house.carryAll();
    house.take(login(bob, tablet, 5));
    house.carryAll();
    return house;
  }

  function forget(house: House, customer: string): void {
    const forgotten = { kind: 'forget', isCleaned: false, storedAt: 10, sentAt: 10 } as const;
    house.apply({ ...forgotten, customer });
    house.carryAll();
  }

  test.each([
    ['they themselves', ann],
    ['an id of theirs', phone],
  ])('by %s: they go with all their ids, and nobody else', (_what, named) => {
    const house = family();
    house.told();
    forget(house, named);
    const gone = house.told().filter((line) => line.includes('forgotten'));
    expect(gone.toSorted()).toEqual(
      [ann, phone, tablet].map((id) => `10 ${id} forgotten  (forget)`).toSorted(),
    );
    // Bob had asked for the tablet.
    expect(house.foundIn(ann, phone, tablet)).toEqual([tablet]);
    expect(house.engineOf(tablet).questions.aliasOf(tablet)).toBeUndefined();
    house.take(visit(phone, 11), visit(tablet, 12), of(ann, track('Viewed', 13)));
    house.carryAll();
    expect(house.engines.map((engine) => engine.customerCount())).toEqual([0, 1]);
    for (const engine of house.engines) expect(engine.skipped.get('forgotten')).toBeGreaterThan(0);
  });

  test('what is under way to them is dropped', () => {
    const house = new House(defined({ twice }));
    house.take(visit(phone, 1), visit(phone, 2));
    house.take(login(ann, phone, 3));
    house.carry(1, 0, 1, 0);
    const forgotten = { kind: 'forget', isCleaned: false, storedAt: 4, sentAt: 4 } as const;
    house.apply({ ...forgotten, customer: ann });
    house.carryAll();
    expect(house.foundIn(ann, phone)).toEqual([]);
    expect(house.engines.map((engine) => engine.customerCount())).toEqual([0, 0]);
  });
});
