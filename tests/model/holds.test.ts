import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import type { Rule, Window } from '../../src/rules/rule.ts';
import { murmur3 } from './murmur.ts';
import { DAY, HOUR, at, compare, event, holdsAt, identify, latest } from './story.ts';
import { not, price, track, where, within } from './story.ts';

/** Prices as so many orders at instant 0. */
function orders(...prices: readonly Json[]) {
  return prices.map((value) => track('Order', 0, { price: value }));
}

describe('windows', () => {
  it('an event at t enters at t and has left at exactly t + W', () => {
    const rule = event('Order', { window: within(HOUR) });
    const order = [track('Order', 1_000)];
    const instants = [999, 1_000, 1_000 + HOUR - 1, 1_000 + HOUR];
    expect(instants.map((now) => holdsAt(rule, order, now))).toEqual([false, true, true, false]);
  });

  it('from 90d to 30d counts T − 90d < t ≤ T − 30d', () => {
    const window: Window = { kind: 'rolling', fromMs: 90 * DAY, toMs: 30 * DAY };
    const instants = [30 * DAY - 1, 30 * DAY, 90 * DAY - 1, 90 * DAY];
    const held = instants.map((now) =>
      holdsAt(event('Order', { window }), [track('Order', 0)], now),
    );
    expect(held).toEqual([false, true, true, false]);
  });

  it('after ≤ t < before, whatever the instant', () => {
    const window: Window = { kind: 'absolute', afterAt: 10, beforeAt: 20 };
    const held = [9, 10, 19, 20].map((t) =>
      holdsAt(event('Order', { window }), [track('Order', t)], 99),
    );
    expect(held).toEqual([false, true, true, false]);
  });

  it.each<[string, Window & { kind: 'calendar' }, string, string, string]>([
    // zone, window, now, the first instant that counts, the first that counts no more
    ['UTC', calendar('day', 0), '2026-01-05T10:00', '2026-01-05', '2026-01-06'],
    ['UTC', calendar('week', 0), '2026-01-04T10:00', '2025-12-29', '2026-01-05'],
    ['UTC', calendar('week', 1), '2026-01-05T00:00', '2025-12-29', '2026-01-05'],
    ['UTC', calendar('month', 2), '2026-01-31T10:00', '2025-11-01', '2025-12-01'],
    ['UTC', calendar('year', 1), '2026-01-31T10:00', '2025-01-01', '2026-01-01'],
    // 23 and 25 hours
    [
      'Europe/Berlin',
      calendar('day', 0),
      '2026-03-29T12:00',
      '2026-03-28T23:00',
      '2026-03-29T22:00',
    ],
    [
      'Europe/Berlin',
      calendar('day', 1),
      '2026-10-26T12:00',
      '2026-10-24T22:00',
      '2026-10-25T23:00',
    ],
    // A day without midnight begins at its first instant, which is 1:00.
    [
      'America/Sao_Paulo',
      calendar('day', 0),
      '2018-11-04T03:00',
      '2018-11-04T03:00',
      '2018-11-05T02:00',
    ],
    // The clocks go back at midnight: 17 February has 25 hours.
    [
      'America/Sao_Paulo',
      calendar('day', 0),
      '2018-02-18T02:59',
      '2018-02-17T02:00',
      '2018-02-18T03:00',
    ],
    // A day that was left out altogether: nothing can have happened on it.
    [
      'Pacific/Apia',
      calendar('day', 0),
      '2011-12-30T10:00',
      '2011-12-30T10:00',
      '2011-12-31T10:00',
    ],
  ])('calendar: %s %o at %s', (zone, window, now, first, next) => {
    const held = [at(first) - 1, at(first), at(next) - 1, at(next)].map((t) => {
      return isCounted(window, t, at(now), zone);
    });
    expect(held).toEqual([false, true, true, false]);
  });
});

function calendar(period: 'day' | 'week' | 'month' | 'year', ago: number) {
  return { kind: 'calendar', period, ago } as const;
}

/** Whether an event at t counts at `now`; where t is later, an event at `now` counts at t. */
function isCounted(window: Window, t: number, now: number, zone: string): boolean {
  const rule = event('Order', { window });
  if (t <= now) return holdsAt(rule, [track('Order', t)], now, { zone });
  return holdsAt(event('Start', { window }), [track('Start', now)], t, { zone });
}

describe('measures', () => {
  const average = (op: 'atLeast' | 'atMost', value: number) =>
    event('Order', { measure: price('average'), comparison: compare(op, value) });
  const sum = (op: 'atLeast' | 'atMost' | 'equals', value: number) =>
    event('Order', { measure: price('sum'), comparison: compare(op, value) });

  it('no comparison holds with the average, min or max of nothing', () => {
    for (const of of ['average', 'min', 'max'] as const) {
      for (const op of ['atLeast', 'atMost', 'equals'] as const) {
        const rule = event('Order', { measure: price(of), comparison: compare(op, 0) });
        expect(holdsAt(rule, orders('10', null), 0)).toBe(false);
      }
    }
  });

  it('a count and a sum of nothing are 0', () => {
    expect(holdsAt(event('Order', { comparison: compare('atMost', 2) }), [], 0)).toBe(true);
    expect(holdsAt(sum('atMost', 2), [], 0)).toBe(true);
    expect(holdsAt(sum('equals', 0), orders('10', null, true), 0)).toBe(true);
  });

  it('sums are exact, in ten-thousandths, with ties away from zero', () => {
    expect(holdsAt(sum('equals', 0.3), orders(0.1, 0.2), 0)).toBe(true);
    expect(holdsAt(sum('equals', 20.0002), orders(10.00005, 10.00005), 0)).toBe(true);
    expect(holdsAt(sum('equals', -10.0001), orders(-10.00005), 0)).toBe(true);
    expect(holdsAt(sum('equals', 10), orders(10.00004), 0)).toBe(true);
    expect(holdsAt(sum('equals', 0), orders(9e11, -9e11, 1e21, 900_000_000_000.0001), 0)).toBe(
      true,
    );
  });

  it('a product of two paths is rounded once', () => {
    const line = track('Order', 0, { price: 10.00005, quantity: 3 });
    const rule = event('Order', {
      measure: { of: 'sum', path: [['price'], ['quantity']] },
      comparison: compare('equals', 30.0002),
    });
    expect(holdsAt(rule, [line], 0)).toBe(true);
  });

  it('an average leaves out what is missing or no number, and is not divided', () => {
    expect(holdsAt(average('atLeast', 0.1), orders(0.1, 0.1, 0.1, '9', null), 0)).toBe(true);
    // A third of 1 is below 0.3334 and above 0.3333.
    expect(holdsAt(average('atLeast', 0.3334), orders(0, 0, 1), 0)).toBe(false);
    expect(holdsAt(average('atMost', 0.3333), orders(0, 0, 1), 0)).toBe(false);
  });

  it('distinct counts 5, "5" and true as three', () => {
    const rule = event('Order', {
      measure: { of: 'distinct', path: ['price'] },
      comparison: compare('equals', 3),
    });
    expect(holdsAt(rule, orders(5, '5', true, 5, null), 0)).toBe(true);
  });

  it('lines are counted and measured, elements that are no object skipped', () => {
    const products = [{ p: 'toys', price: 5 }, { p: 'books', price: 7 }, 7, null, { p: 'toys' }];
    const lines = { of: ['products'], where: where({ op: 'in', values: ['toys'] }) };
    const order = [track('Order', 0, { products }), track('Order', 0, { products: 'none' })];
    expect(holdsAt(event('Order', { lines, comparison: compare('equals', 2) }), order, 0)).toBe(
      true,
    );
    const total = event('Order', {
      lines,
      measure: price('sum'),
      comparison: compare('equals', 5),
    });
    expect(holdsAt(total, order, 0)).toBe(true);
  });

  it('minus takes off what lies in the same window', () => {
    const minus = { events: ['Refund'], where: [], sum: [['price']] } as const;
    const rule = event('Order', {
      window: within(10),
      measure: price('sum'),
      minus,
      comparison: compare('equals', 2),
    });
    const events = [track('Refund', 0, { price: 9 }), track('Order', 5, { price: 5 })];
    expect(holdsAt(rule, [...events, track('Refund', 9, { price: 3 })], 10)).toBe(true);
  });

  it('* is any track, page or screen', () => {
    const rule = event('*');
    expect(holdsAt(rule, [identify(0, {})], 0)).toBe(false);
    expect(holdsAt(rule, [{ ...track('$page', 0), type: 'page' }], 0)).toBe(true);
  });
});

describe('latest and first', () => {
  const added = track('Added', 10);
  const ordered = { events: ['Order'], where: [] };

  it('later is a later time, or the same time and a later place in the log', () => {
    const rule = latest('Added', { notFollowedBy: ordered });
    expect(holdsAt(rule, [added, track('Order', 10)], 10)).toBe(false);
    expect(holdsAt(rule, [track('Order', 10), added], 10)).toBe(true);
    expect(holdsAt(rule, [track('Order', 11), added], 11)).toBe(false);
    expect(holdsAt(latest('Added', { followedBy: ordered }), [added, track('Order', 10)], 10)).toBe(
      true,
    );
  });

  it('within asks of the latest of all, having of the latest one itself', () => {
    const events = [track('Added', 0, { p: 'toys' }), track('Added', 10, { p: 'books' })];
    const having = where({ op: 'in', values: ['toys'] });
    expect(holdsAt(latest('Added', { having }), events, 10)).toBe(false);
    expect(holdsAt(latest('Added', { where: having }), events, 10)).toBe(true);
    expect(
      holdsAt(latest('Added', { window: { kind: 'rolling', fromMs: 20, toMs: 5 } }), events, 10),
    ).toBe(false);
  });

  it('nothing is no latest and no first', () => {
    expect(holdsAt(latest('Added', { notFollowedBy: ordered }), [], 0)).toBe(false);
    const first: Rule = { kind: 'first', events: ['Added'], where: [], window: within(10) };
    expect(holdsAt(first, [], 0)).toBe(false);
    expect(holdsAt(first, [track('Added', 10), track('Added', 0)], 9)).toBe(true);
    expect(holdsAt(first, [track('Added', 10), track('Added', 0)], 10)).toBe(false);
  });
});

describe('sample', () => {
  it('is murmur3-32 with seed 0', () => {
    const hashes = ['', 'hello', 'hello, world', 'The quick brown fox jumps over the lazy dog'].map(
      murmur3,
    );
    expect(hashes).toEqual([0, 0x248bfa47, 0x149bbb7f, 0x2e4ff723]);
  });

  it('takes everyone at 100 % and about so many below', () => {
    const share = (percent: number): number => {
      const rule: Rule = { kind: 'sample', percent, salt: 'spring' };
      const customers = Array.from({ length: 1_000 }, (_, i) => `c${i}`);
      return customers.filter((customer) => holdsAt(rule, [], 0, { customer })).length;
    };
    expect(share(100)).toBe(1_000);
    expect(share(10)).toBeGreaterThan(60);
    expect(share(10)).toBeLessThan(140);
  });
});

it('not is the opposite, also where nothing is known', () => {
  expect(holdsAt(not(event('Order')), [], 0)).toBe(true);
  expect(holdsAt(not(event('Order')), [track('Order', 0)], 0)).toBe(false);
});
