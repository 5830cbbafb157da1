import { describe, expect, test } from 'vitest';
import { Partition } from '../../../src/engine/partition.ts';
import type { Input } from '../../../src/engine/protocol.ts';
import type { CustomerEvent } from '../../../src/rules/event.ts';
import type { Rule } from '../../../src/rules/rule.ts';
import { someoneOf } from '../../support/parcels.ts';
import {
  alias,
  ann,
  defined,
  House,
  login,
  phone,
  SETTINGS,
  visit,
} from '../../support/two-partitions.ts';
import { compare, event, HOUR, MINUTE, of, track, within } from '../../model/story.ts';

/*
 * What becomes of those who have joined a customer elsewhere when definitions change.
 */

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

  test.each([[[0, 1]], [[1, 0]]])(
    'it counts once, whoever they have joined since (%j)',
    (order) => {
      const [total, spent] = [
        event('Viewed', { comparison: compare('equals', 6) }),
        event('Viewed', {
          measure: { of: 'sum', path: [['price']] },
          comparison: compare('equals', 5),
        }),
      ];
      const house = new House(defined({ total, spent, six: views(HOUR, 6) }));
      for (const at of [1, 2, 3, 4, 5])
        house.take(visit(phone, at * MINUTE, 'Viewed', { price: 1 }));
      house.take(of(ann, track('Viewed', 6 * MINUTE)));
      const zed = someoneOf(0, 2, 'zed');
      house.take(of(zed, track('Seen', 6 * MINUTE)));
      house.take(login(ann, phone, 62 * MINUTE));
      house.carryAll();
      house.take(alias(zed, ann, 63 * MINUTE));
      house.carryAll();
      expect(house.rootOf(phone)).toBe(zed);
      const members = (): string[][] => ['total', 'spent'].map((id) => house.membersOf(id));
      expect(members()).toEqual([[zed], [zed]]);
      define(house, { six: views(HOUR, 6) }, order);
      define(house, { total, spent, wide: views(2 * HOUR, 6) }, order);
      expect([...members(), house.membersOf('wide')]).toEqual([[zed], [zed], [zed]]);
    },
  );

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
  const definitions = defined({ viewed: event('Viewed', { comparison: compare('atLeast', 2) }) });
  const rebuilt = Partition.withDefinitions(settings, definitions, { before, isTrimmed: true });
  rebuilt.apply(kept);
  before.redefine(rebuilt);
  expect(before.members('viewed')).toEqual([ann]);
  expect(before.questions.aliasOf(phone)).toBe(ann);
});
