import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import type { AttributeTest, Comparison, Rule } from '../../src/rules/rule.ts';
import { DAY, HOUR, at, attribute, compare, holdsAt, identify } from './story.ts';

/** Whether a test of the attribute `d` with this value holds at an instant. */
function dateHolds(test: AttributeTest, value: string, now: number, zone = 'UTC'): boolean {
  return holdsAt(attribute('d', test), [identify(0, { d: value })], now, { zone });
}

function valueIs(name: string, value: string | number): Rule {
  return attribute(name, { of: 'value', matcher: [{ op: 'in', values: [value] }] });
}

describe('merging', () => {
  const held = (...traits: readonly [number, JsonObject][]): boolean[] => {
    const events = traits.map(([when, value]) => identify(when, value));
    return ['x', 'y'].map((value) => holdsAt(valueIs('city', value), events, 100));
  };

  it('a later event time wins in any order of arrival, of equal ones the later in the log', () => {
    expect(held([10, { city: 'x' }], [5, { city: 'y' }])).toEqual([true, false]);
    expect(held([10, { city: 'x' }], [10, { city: 'y' }])).toEqual([false, true]);
  });

  it('null removes, and the removal is remembered with its time', () => {
    expect(held([10, { city: 'x' }], [11, { city: null }])).toEqual([false, false]);
    expect(held([11, { city: null }], [10, { city: 'x' }])).toEqual([false, false]);
    expect(held([11, { city: null }], [12, { city: 'x' }])).toEqual([true, false]);
  });

  it('a name is first looked up as a whole, then as a path', () => {
    const nested = identify(0, { address: { city: 'x' } });
    expect(holdsAt(valueIs('address.city', 'x'), [nested], 0)).toBe(true);
    const whole = identify(1, { 'address.city': 'y' });
    expect(holdsAt(valueIs('address.city', 'x'), [nested, whole], 1)).toBe(false);
    expect(holdsAt(valueIs('address.city', 'y'), [nested, whole], 1)).toBe(true);
  });
});

describe('age', () => {
  const youth: AttributeTest = { of: 'age', comparison: { op: 'between', low: 18, high: 35 } };
  const equals = (value: number): AttributeTest => ({
    of: 'age',
    comparison: compare('equals', value),
  });

  it('18 to 35 begins at the 18th birthday and ends at the 36th', () => {
    const instants = ['2018-05-05', '2036-05-05'].map(at).flatMap((day) => [day - 1, day]);
    expect(instants.map((now) => dateHolds(youth, '2000-05-05', now))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('is counted in the configured time zone, by the date as it is written', () => {
    const midnight = at('2018-05-05T00:00:00+02:00');
    const held = [midnight - 1, midnight].map((now) =>
      dateHolds(youth, '2000-05-05T23:30:00-08:00', now, 'Europe/Berlin'),
    );
    expect(held).toEqual([false, true]);
  });

  it('29 February completes on 1 March in common years', () => {
    const day = at('2018-03-01');
    expect([day - 1, day].map((now) => dateHolds(equals(18), '2000-02-29', now))).toEqual([
      false,
      true,
    ]);
    expect(dateHolds(equals(20), '2000-02-29', at('2020-02-29'))).toBe(true);
  });

  it('a birth date to come has none, and neither has what is no date', () => {
    const any: AttributeTest = { of: 'age', comparison: compare('atMost', 200) };
    expect(dateHolds(any, '2020-01-02', at('2020-01-01'))).toBe(false);
    expect(dateHolds(any, '2020-01-01', at('2020-01-01'))).toBe(true);
    for (const value of ['1990-02-30', 'soon', '1990', '05.05.1990', '1990-05-05T25:00:00Z']) {
      expect(dateHolds(any, value, at('2020-01-01'))).toBe(false);
    }
  });
});

describe('anniversary', () => {
  const within = (withinMs: number): AttributeTest => ({ of: 'anniversary', withinMs });

  it('counts to the local midnight, is 0 on the day, and a member stays to its end', () => {
    const midnight = at('2026-05-05T00:00:00+02:00');
    const instants = [
      midnight - 7 * DAY - 1,
      midnight - 7 * DAY,
      midnight + DAY - 1,
      midnight + DAY,
    ];
    const held = instants.map((now) =>
      dateHolds(within(7 * DAY), '2000-05-05', now, 'Europe/Berlin'),
    );
    expect(held).toEqual([false, true, true, false]);
  });

  it('that of 29 February is 1 March in common years', () => {
    expect(dateHolds(within(HOUR), '2000-02-29', at('2026-03-01T12:00'))).toBe(true);
    expect(dateHolds(within(HOUR), '2000-02-29', at('2026-02-28T12:00'))).toBe(false);
    expect(dateHolds(within(HOUR), '2000-02-29', at('2028-02-29T12:00'))).toBe(true);
  });
});

describe('ago and ahead', () => {
  const ago = (comparison: Comparison): AttributeTest => ({ of: 'ago', comparison });
  const ahead = (comparison: Comparison): AttributeTest => ({ of: 'ahead', comparison });
  const visit = at('2026-05-05T10:00');
  const text = '2026-05-05T12:00:00.000+02:00';

  it('atMost a duration ends one millisecond after it', () => {
    const test = ago(compare('atMost', HOUR));
    const held = [visit - 1, visit, visit + HOUR, visit + HOUR + 1].map((now) =>
      dateHolds(test, text, now),
    );
    expect(held).toEqual([false, true, true, false]);
  });

  it('ahead of the past holds for nothing', () => {
    const test = ahead(compare('atMost', HOUR));
    const held = [visit - HOUR - 1, visit - HOUR, visit, visit + 1].map((now) =>
      dateHolds(test, text, now),
    );
    expect(held).toEqual([false, true, true, false]);
  });

  it('a bare date is local midnight', () => {
    const test = ago(compare('equals', HOUR));
    expect(dateHolds(test, '2026-05-05', at('2026-05-05T01:00:00+02:00'), 'Europe/Berlin')).toBe(
      true,
    );
    // The day that begins at 1:00.
    expect(dateHolds(test, '2018-11-04', at('2018-11-04T04:00Z'), 'America/Sao_Paulo')).toBe(true);
  });
});
