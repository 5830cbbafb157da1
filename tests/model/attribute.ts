import type { Json } from '../../src/base/json.ts';
import type { EpochMs } from '../../src/base/time.ts';
import type { AttributeCondition, AttributeTest, Comparison } from '../../src/rules/rule.ts';
import { dayOf, instantOf, nextAnniversary, startOf, today, yearsBetween } from './calendar.ts';
import type { Day } from './calendar.ts';
import { compares, decimalOf } from './decimal.ts';
import { matches, read } from './filter.ts';
import type { KnownEvent, View } from './view.ts';

export function attributeConditionHolds(condition: AttributeCondition, view: View): boolean {
  const value = attribute(condition.name, view);
  const { test } = condition;
  if (test.of === 'value') return matches(test.matcher, value);
  return typeof value === 'string' && dateHolds(test, value, view);
}

/** Looked up as a whole, then as a path. */
function attribute(name: string, view: View): Json | undefined {
  const attributes = attributesOf(view.events.filter(({ at }) => at <= view.at));
  const [first = '', ...rest] = name.split('.');
  return attributes.get(name) ?? read(attributes.get(first), rest);
}

/**
 * The attributes that a customer's events leave: a later event time wins, at the same event time
 * the later in the log; a null that wins removes the key.
 *
 * @param events in the order of the log
 */
export function attributesOf(events: readonly KnownEvent[]): Map<string, Json> {
  const attributes = new Map<string, Json>();
  const byTime = events.toSorted((a, b) => a.at - b.at); // stable: ties keep the order of the log
  for (const { event } of byTime.filter((known) => known.event.type === 'identify')) {
    for (const [key, value] of Object.entries(event.properties)) {
      if (value === null) attributes.delete(key);
      else attributes.set(key, value);
    }
  }
  return attributes;
}

type DateTest = Exclude<AttributeTest, { readonly of: 'value' }>;

/** A malformed or impossible date is as missing. */
function dateHolds(test: DateTest, value: string, { at, zone }: View): boolean {
  const date = dayOf(value);
  if (date === undefined) return false;
  switch (test.of) {
    case 'age':
      return ageHolds(test.comparison, date, today(zone, at));
    case 'anniversary':
      return toAnniversary(date, at, zone) <= test.withinMs;
    case 'ago':
    case 'ahead': {
      const instant = instantOf(value) ?? startOf(zone, date);
      const distanceMs = test.of === 'ago' ? at - instant : instant - at;
      return distanceMs >= 0 && compares(test.comparison, decimalOf(distanceMs));
    }
  }
}

/** A birth date to come has no age. */
function ageHolds(comparison: Comparison, birth: Day, day: Day): boolean {
  return birth <= day && compares(comparison, decimalOf(yearsBetween(birth, day)));
}

/** From T to the local midnight of the next anniversary, 0 during the day itself; ms. */
function toAnniversary(date: Day, at: EpochMs, zone: string): number {
  const next = nextAnniversary(date, today(zone, at));
  return Math.max(0, startOf(zone, next) - at);
}
