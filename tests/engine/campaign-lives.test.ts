import { describe, expect, test } from 'vitest';
import { zoneTable } from '../../src/app/zone-table.ts';
import { UTC } from '../../src/base/zone.ts';
import type { Campaign } from '../../src/campaign/campaign.ts';
import type { Definitions } from '../../src/compile/definitions.ts';
import type { Effect } from '../../src/engine/effect.ts';
import type { Output } from '../../src/engine/numbering.ts';
import { Partition } from '../../src/engine/partition.ts';
import type { Input, PartitionSettings } from '../../src/engine/protocol.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import type { Rule, Segment } from '../../src/rules/rule.ts';
import { attribute, event, identify, of, track } from '../model/story.ts';
import { campaignOf } from '../support/campaign.ts';

/*
 * What campaigns have under way outlives snapshots and changed definitions.
 */

const START = Date.parse('2026-06-01T10:00:00Z');
const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];
const SETTINGS: PartitionSettings = {
  clock: 'sender',
  graceMs: 0,
  dedupWindowMs: 600_000,
  dedupIdsMax: 10_000,
  partitions: 1,
};

const buyers = segmentOf('buyers', event('Order Completed'));
const all = segmentOf('all', attribute('id', { of: 'value', matcher: exists(false) }));

function segmentOf(id: string, rule: Rule): Segment {
  return { id, name: id, rule };
}

function exists(value: boolean) {
  return [{ op: 'exists' as const, value }];
}

function definitionsOf(campaigns: readonly Campaign[], more: Partial<Definitions> = {}) {
  return { segments: [all, buyers], campaigns, zone: UTC, ...more };
}

const cart = campaignOf({
  id: 'cart',
  when: { kind: 'event', events: ['Product Added'], where: [] },
  wait: { kind: 'for', ms: HOUR },
  until: [{ kind: 'event', events: ['Order Completed'], where: [] }],
});

function mailingOf(given: Partial<Extract<Campaign['when'], { kind: 'at' }>> = {}): Campaign {
  const at = START + HOUR;
  const when = { kind: 'at' as const, at, segment: 'all', perSecond: 2, ...given };
  return campaignOf({ id: 'news', when });
}

/** One partition, and its log for whoever reads it again. */
class House {
  partition: Partition;
  readonly #log: Input[] = [];

  constructor(settings: Partial<PartitionSettings>, definitions: Definitions) {
    this.partition = new Partition({ ...SETTINGS, ...settings });
    this.define(START, definitions);
  }

  take(sentAt: number, ...events: readonly CustomerEvent[]): string[] {
    const body = { kind: 'events', events, history: false } as const;
    return this.#apply({ sentAt, storedAt: sentAt, body });
  }

  tick(sentAt: number): string[] {
    return this.#apply({ sentAt, storedAt: sentAt, body: { kind: 'tick' } });
  }

  /** As an owner does it: reading history anew where that is asked for. */
  define(sentAt: number, definitions: Definitions): string[] {
    const isRebuilt = this.partition.needsRebuild(definitions);
    const told = this.#apply({ sentAt, storedAt: sentAt, body: { kind: 'define', definitions } });
    if (!isRebuilt) return told;
    const rebuilt = Partition.withDefinitions(SETTINGS, definitions);
    for (const input of this.#log) rebuilt.apply(input);
    return [...told, ...linesOf(this.partition.redefine(rebuilt))];
  }

  restart(): void {
    this.partition = Partition.restore(SETTINGS, this.partition.snapshot());
  }

  waiting(): unknown {
    return Object.fromEntries(
      Array.from(this.partition.questions.enrolments(), ([id, { waiting, nextDueAt }]) => [
        id,
        [waiting, timeOf(nextDueAt)],
      ]),
    );
  }

  #apply(input: Input): string[] {
    this.#log.push(input);
    return linesOf(this.partition.apply(input));
  }
}

function timeOf(at: number): string {
  return Number.isFinite(at) ? new Date(at).toISOString().slice(11, 23) : 'never';
}

/** Without the entries and exits. */
function linesOf(outputs: readonly Output[]): string[] {
  const lineOf = (effect: Effect): string => {
    const { kind, at, customer } = effect;
    const what = 'campaign' in effect ? ` ${effect.campaign}` : '';
    return `${timeOf(at)} ${customer} ${kind}${what}`;
  };
  return outputs.flatMap(({ effect }) =>
    effect.kind === 'due' || effect.kind === 'cancelled' ? lineOf(effect) : [],
  );
}

function customers(...names: readonly string[]): CustomerEvent[] {
  return names.map((name) => of(name, identify(START, {})));
}

describe('a wait', () => {
  test('goes on when definitions change, whatever its campaign says now', () => {
    const house = new House({}, definitionsOf([cart]));
    house.take(START, track('Product Added', START));
    const changed = { ...cart, wait: { kind: 'for' as const, ms: 5 * HOUR }, name: 'Other' };
    expect(house.define(START + MINUTE, definitionsOf([changed]))).toEqual([]);
    expect(house.waiting()).toEqual({ cart: [1, '11:00:00.000'] });
    house.restart();
    expect(house.tick(START + HOUR)).toEqual(['11:00:00.000 ann due cart']);
  });

  test('of a campaign that is new begins with nothing, though its log could set it off', () => {
    const house = new House({}, definitionsOf([]));
    house.take(START, track('Product Added', START));
    house.define(START + MINUTE, definitionsOf([cart]));
    expect(house.waiting()).toEqual({ cart: [0, 'never'] });
    house.define(START + MINUTE, definitionsOf([]));
    expect(house.tick(START + 2 * HOUR)).toEqual([]);
  });

  test('ends with its campaign', () => {
    const house = new House({}, definitionsOf([cart]));
    house.take(START, track('Product Added', START));
    house.define(START + MINUTE, definitionsOf([]));
    expect(house.tick(START + HOUR)).toEqual([]);
    expect(house.partition.nextDueAt()).toBe(Number.POSITIVE_INFINITY);
  });

  test('is ended by what comes ten milliseconds before, in the message that brings its end', () => {
    const settings = { clock: 'broker', graceMs: SECOND } as const;
    const house = new House(settings, definitionsOf([cart]));
    house.take(START, track('Product Added', START));
    const order = track('Order Completed', START + HOUR - 10);
    expect(house.take(START + HOUR + 500, order)).toEqual(['10:59:59.990 ann cancelled cart']);
    expect(house.tick(START + HOUR + SECOND)).toEqual([]);
  });
});

describe('re-entry', () => {
  const once = { ...cart, id: 'once', wait: { kind: 'for', ms: 0 }, reentry: { kind: 'once' } };
  const span = { ...once, id: 'span', reentry: { kind: 'span', ms: HOUR } };
  const both = definitionsOf([once, span] as Campaign[]);
  const added = (at: number): CustomerEvent => track('Product Added', at);

  test('remembers over restarts and changed definitions', () => {
    const house = new House({}, both);
    expect(house.take(START, added(START))).toHaveLength(2);
    house.restart();
    house.define(START + MINUTE, { ...both, segments: [all] });
    house.restart();
    expect(house.take(START + HOUR - 1, added(START + HOUR - 1))).toEqual([]);
    expect(house.take(START + HOUR, added(START + HOUR))).toEqual(['11:00:00.000 ann due span']);
  });

  test('once that becomes a span begins one, a span that becomes once has been', () => {
    const house = new House({}, both);
    house.take(START, added(START));
    const turned = [
      { ...once, reentry: span.reentry },
      { ...span, reentry: once.reentry },
    ] as Campaign[];
    house.define(START + MINUTE, definitionsOf(turned));
    expect(house.take(START + HOUR, added(START + HOUR))).toEqual([]);
    const laterAt = START + HOUR + MINUTE;
    expect(house.take(laterAt, added(laterAt))).toEqual(['11:01:00.000 ann due once']);
  });
});

describe('a mailing', () => {
  test('takes the members of its instant, so many a second, by ordinal', () => {
    const house = new House({}, definitionsOf([mailingOf()]));
    house.take(START, ...customers('ann', 'bob', 'cem', 'dan', 'eve'));
    expect(house.partition.nextDueAt()).toBe(START + HOUR);
    expect(house.tick(START + HOUR)).toEqual([
      '11:00:00.000 ann due news',
      '11:00:00.000 bob due news',
    ]);
    house.take(START + HOUR + 1, of('fay', identify(START + HOUR + 1, {})));
    expect(house.waiting()).toEqual({ news: [3, '11:00:01.000'] });
    expect(house.tick(START + 2 * HOUR)).toEqual([
      '11:00:01.000 cem due news',
      '11:00:01.000 dan due news',
      '11:00:02.000 eve due news',
    ]);
    expect(house.waiting()).toEqual({ news: [0, 'never'] });
  });

  test('goes to nobody who leaves at its very instant', () => {
    const window = { kind: 'rolling' as const, fromMs: HOUR, toMs: 0 };
    const recent = segmentOf('recent', event('Order Completed', { window }));
    const mailing = mailingOf({ segment: 'recent', perSecond: 100 });
    const house = new House({}, definitionsOf([mailing], { segments: [recent] }));
    house.take(START, track('Order Completed', START));
    house.take(START + 1, of('bob', track('Order Completed', START + 1)));
    expect(house.tick(START + 2 * HOUR)).toEqual(['11:00:00.000 bob due news']);
  });

  test('shares its pace with the other partitions, without a loss', () => {
    const house = new House({ partitions: 3 }, definitionsOf([mailingOf()]));
    house.take(START, ...customers('ann', 'bob', 'cem', 'dan'));
    expect(house.tick(START + 2 * HOUR)).toEqual([
      '11:00:01.000 ann due news',
      '11:00:02.000 bob due news',
      '11:00:04.000 cem due news',
      '11:00:05.000 dan due news',
    ]);
  });

  test('that is under way goes on after a restart and after definitions have changed', () => {
    const house = new House({}, definitionsOf([mailingOf()]));
    house.take(START, ...customers('ann', 'bob', 'cem', 'dan', 'eve'));
    house.tick(START + HOUR);
    house.restart();
    house.define(START + HOUR + 1, definitionsOf([mailingOf(), cart]));
    expect(house.tick(START + HOUR + SECOND)).toHaveLength(2);
    house.restart();
    expect(house.tick(START + 2 * HOUR)).toEqual(['11:00:02.000 eve due news']);
    house.define(START + 3 * HOUR, definitionsOf([mailingOf()]));
    expect(house.tick(START + 4 * HOUR)).toEqual([]);
  });

  test('does not begin when its instant was past as it was defined, but at a later one', () => {
    const house = new House({}, definitionsOf([]));
    house.take(START, ...customers('ann'));
    house.define(START + HOUR, definitionsOf([mailingOf()]));
    expect(house.tick(START + 2 * HOUR)).toEqual([]);
    const later = definitionsOf([mailingOf({ at: START + 3 * HOUR })]);
    house.define(START + 2 * HOUR, later);
    expect(house.tick(START + 4 * HOUR)).toEqual(['13:00:00.000 ann due news']);
  });

  test('is over for whom an until has happened', () => {
    const until = [{ kind: 'event' as const, events: ['Order Completed'], where: [] }];
    const house = new House({}, definitionsOf([{ ...mailingOf({ perSecond: 1 }), until }]));
    house.take(START, ...customers('ann', 'bob', 'cem'));
    house.tick(START + HOUR);
    const at = START + HOUR + 500;
    expect(house.take(at, of('bob', track('Order Completed', at)))).toEqual([
      '11:00:00.500 bob cancelled news',
    ]);
    expect(house.tick(START + 2 * HOUR)).toEqual(['11:00:01.000 cem due news']);
  });
});

describe('the recipient', () => {
  test('is asked what must hold at the moment of sending, and whose segments they are', () => {
    const condition: Rule = { kind: 'not', rule: event('Order Completed') };
    const house = new House({}, definitionsOf([{ ...cart, condition }, mailingOf()]));
    const { partition } = house;
    expect(partition.questions.recipient('ann', 'cart')).toBeUndefined();
    house.take(START, track('Product Added', START));
    expect(partition.questions.recipient('ann', 'cart')).toEqual({
      holds: true,
      segments: ['all'],
    });
    house.take(START + 1, track('Order Completed', START + 1));
    const segments = ['all', 'buyers'];
    expect(partition.questions.recipient('ann', 'cart')).toEqual({ holds: false, segments });
    expect(partition.questions.recipient('ann', 'news')).toEqual({ holds: true, segments });
    expect(partition.questions.recipient('ann', 'none')).toBeUndefined();
  });

  test('may live in other zones from one definition to the next, without history read anew', () => {
    const morning = { ...cart, wait: { kind: 'until', minuteOfDay: 660, afterMs: 0 } as const };
    const house = new House({}, definitionsOf([morning]));
    house.take(START, identify(START, { timezone: 'Asia/Kolkata' }), track('Product Added', START));
    expect(house.waiting()).toEqual({ cart: [1, '11:00:00.000'] });
    const there = definitionsOf([morning], { zones: zoneTable(START) });
    expect(house.partition.needsRebuild(there)).toBe(false);
    house.define(START + 1, there);
    expect(house.partition.hasDefinitions(there)).toBe(true);
    house.take(START + 2, track('Product Added', START + 2));
    expect(house.waiting()).toEqual({ cart: [1, '05:30:00.000'] });
    house.restart();
    expect(house.tick(START + 24 * HOUR)).toEqual(['05:30:00.000 ann due cart']);
  });
});
