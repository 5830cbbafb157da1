import { describe, expect, test } from 'vitest';
import { UTC } from '../../../src/base/zone.ts';
import type { Definitions } from '../../../src/compile/definitions.ts';
import type { Effect } from '../../../src/engine/effect.ts';
import { SLICE_LENGTH_MAX } from '../../../src/engine/joining/slices.ts';
import { Partition } from '../../../src/engine/partition.ts';
import type { Input, PartitionSettings } from '../../../src/engine/protocol.ts';
import type { CustomerEvent } from '../../../src/rules/event.ts';
import type { Rule } from '../../../src/rules/rule.ts';
import { campaignOf } from '../../support/campaign.ts';
import { ConnectedPartitions } from '../../support/connected.ts';
import { passed, someoneOf } from '../../support/parcels.ts';
import {
  compare,
  event,
  HOUR,
  identify,
  MINUTE,
  not,
  of,
  track,
  within,
} from '../../model/story.ts';

/*
 * One by one what happens between two partitions; random histories of it are in across.test.ts.
 */

const SETTINGS: PartitionSettings = {
  ...{ clock: 'broker', graceMs: 0, dedupWindowMs: 600_000, dedupIdsMax: 100 },
  partitions: 2,
};
const [phone, tablet] = [someoneOf(0, 2, 'phone'), someoneOf(0, 2, 'tablet')];
const [ann, bob] = [someoneOf(1, 2, 'ann'), someoneOf(1, 2, 'bob')];

function defined(rules: Record<string, Rule>, more: Partial<Definitions> = {}): Definitions {
  const segments = Object.entries(rules).map(([id, rule]) => ({ id, name: id, rule }));
  return { segments, campaigns: [], zone: UTC, ...more };
}

function visit(id: string, at: number, name = 'Viewed', properties = {}): CustomerEvent {
  return { ...of(id, track(name, at, properties)), anonymousId: id };
}

function login(id: string, other: string, at: number): CustomerEvent {
  return { ...of(id, identify(at, {})), anonymousId: other };
}

function alias(id: string, other: string, at: number): CustomerEvent {
  return { ...login(id, other, at), type: 'alias', event: '' };
}

class House extends ConnectedPartitions {
  #read = 0;

  constructor(definitions: Definitions) {
    super(SETTINGS, definitions);
  }

  take(...events: readonly CustomerEvent[]): void {
    const storedAt = Math.max(...events.map(({ at }) => at));
    this.apply({ kind: 'message', storedAt, events });
  }

  tick(at: number): void {
    this.apply({ kind: 'tick', storedAt: at, sentAt: at });
  }

  /** What was told since the last call, as a person reads it, without what is passed on. */
  told(): string[] {
    const effects = this.effects.slice(this.#read);
    this.#read = this.effects.length;
    return effects.flatMap((effect) => (effect.kind === 'passed' ? [] : lineOf(effect)));
  }

  membersOf(id: string): string[] {
    return this.engines.flatMap((engine) => engine.members(id));
  }

  /** What of some texts can be found in the states. */
  foundIn(...texts: readonly string[]): string[] {
    const bytes = this.engines.map((engine) =>
      Buffer.concat(engine.snapshot().flatMap((section) => section.bytes)).toString('latin1'),
    );
    return texts.filter((text) => bytes.some((one) => one.includes(text)));
  }
}

function lineOf(effect: Effect): string {
  const { kind, at, customer, why } = effect;
  const what =
    kind === 'entry' || kind === 'exit' ? effect.segment : kind === 'due' ? effect.campaign : '';
  return `${at} ${customer} ${kind} ${what} (${why})`;
}

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

describe('other definitions, after a visitor has joined', () => {
  const views = (fromMs: number, value: number): Rule =>
    event('Viewed', { window: within(fromMs), comparison: compare('equals', value) });

  function joined(rules: Record<string, Rule>): House {
    const house = new House(defined(rules));
    for (const at of [1, 2, 3, 4, 5]) house.take(visit(phone, at * MINUTE));
    house.take(of(ann, track('Viewed', 6 * MINUTE)));
    house.take(login(ann, phone, 7 * MINUTE));
    house.carryAll();
    house.told();
    return house;
  }

  function define(house: House, rules: Record<string, Rule>, order = [0, 1]): void {
    for (const partition of order) house.define(partition, defined(rules));
    house.carryAll();
  }

  test.each([[[0, 1]], [[1, 0]]])('what they ask for comes behind the rest (order %j)', (order) => {
    const house = joined({ two: views(HOUR, 2) });
    define(house, { two: views(HOUR, 2), six: views(HOUR, 6), wide: views(2 * HOUR, 6) }, order);
    expect(house.membersOf('two')).toEqual([]);
    expect([house.membersOf('six'), house.membersOf('wide')]).toEqual([[ann], [ann]]);
    expect(house.told().every((line) => /\((define|merge)\)/.test(line))).toBe(true);
    house.tick(HOUR + 4 * MINUTE);
    expect(house.membersOf('two')).toEqual([ann]);
    expect([house.membersOf('six'), house.membersOf('wide')]).toEqual([[], [ann]]);
  });

  test('what was dropped and comes back counts once', () => {
    const total = event('Viewed', { comparison: compare('equals', 6) });
    const house = joined({ total, two: views(HOUR, 2) });
    define(house, { two: views(HOUR, 7) });
    define(house, { total, two: views(HOUR, 6) });
    expect([house.membersOf('total'), house.membersOf('two')]).toEqual([[ann], [ann]]);
  });

  test('more counts of the same events than share one series', () => {
    const house = joined({});
    // The widest windows, of one series, keep few; that of another one keeps more.
    const few = Array.from({ length: 32 }, (_, n) => [`s${n}`, views(HOUR + 1 + n, 1)] as const);
    const many = Object.fromEntries([...few, ['all', views(HOUR, 6)]]);
    define(house, many);
    expect(house.membersOf('all')).toEqual([ann]);
    define(house, { ...many, more: views(3 * HOUR, 7) });
    house.take(visit(phone, 8 * MINUTE));
    house.carryAll();
    expect([house.membersOf('all'), house.membersOf('more')]).toEqual([[], [ann]]);
    house.tick(HOUR + 6 * MINUTE);
    expect(house.membersOf('s0')).toEqual([]);
    house.tick(HOUR + 6 * MINUTE + 1);
    expect(house.membersOf('s0')).toEqual([ann]);
  });

  test('nobody is known but aliases: history is read anew all the same', () => {
    const house = joined({});
    expect(house.engines.map((engine) => engine.customerCount())).toEqual([0, 1]);
    define(house, { six: views(HOUR, 6) });
    expect(house.membersOf('six')).toEqual([ann]);
  });
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

test('where the log has lost its beginning, aliases are known from the start', () => {
  const settings = { ...SETTINGS, partitions: 1 };
  const message = (...events: CustomerEvent[]): Input => {
    const storedAt = events.at(-1)?.at ?? 0;
    return { storedAt, body: { kind: 'events', events, history: false } };
  };
  const before = new Partition(settings, defined({}));
  before.apply(message(visit(phone, 1), login(ann, phone, 2)));
  const kept = message(visit(phone, 3), of(ann, track('Viewed', 4)));
  before.apply(kept);
  const definitions = defined({ twice });
  const rebuilt = Partition.withDefinitions(settings, definitions, { before, isTrimmed: true });
  rebuilt.apply(kept);
  before.redefine(rebuilt);
  expect(before.members('twice')).toEqual([ann]);
  expect(before.questions.aliasOf(phone)).toBe(ann);
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
