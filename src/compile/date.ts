import {
  DAY_MS,
  NEVER,
  dateOfUtc,
  isLeapYear,
  parseDate,
  parseInstant,
  utcOfDate,
  type CalendarDate,
  type EpochMs,
} from '../base/time.ts';
import type { Json } from '../base/json.ts';
import { instantOfLocal, offsetAt, type Zone } from '../base/zone.ts';
import type { AttributeTest, Comparison } from '../rules/rule.ts';
import { compileNumberTest, type NumberTest } from './comparison.ts';

/** A date as attributes hold it: as it is written, and the instant at which it begins. */
export interface DateValue extends CalendarDate {
  readonly at: EpochMs;
}

/** Whether a date passes at an instant, and when time alone may change that. */
export interface DateTest {
  readonly holds: (date: DateValue, now: EpochMs) => boolean;
  /** The first instant after `now` at which the answer can change; NEVER without one. */
  readonly nextAt: (date: DateValue, now: EpochMs) => EpochMs;
}

/**
 * Reads an ISO 8601 date, or an instant; undefined for all else. A bare date begins at local
 * midnight.
 */
export function readDate(value: Json | undefined, zone: Zone): DateValue | undefined {
  if (typeof value !== 'string') return undefined;
  const date = parseDate(value.slice(0, 10));
  if (date === undefined) return undefined;
  const at = value.length === 10 ? midnight(date, zone) : parseInstant(value);
  return at === undefined ? undefined : { ...date, at };
}

export function compileDateTest(
  test: Exclude<AttributeTest, { readonly of: 'value' }>,
  zone: Zone,
): DateTest {
  switch (test.of) {
    case 'age':
      return compileAge(compileNumberTest(test.comparison), zone);
    case 'anniversary':
      return compileAnniversary(test.withinMs, zone);
    case 'ago':
      return compileDistance(test.comparison, 1);
    case 'ahead':
      return compileDistance(test.comparison, -1);
  }
}

/** Whole years completed in a time zone; below 0 before the birth date. */
export function yearsAt(birth: CalendarDate, now: EpochMs, zone: Zone): number {
  const today = dateOfUtc(now + offsetAt(zone, now));
  const isBefore =
    today.month < birth.month || (today.month === birth.month && today.day < birth.day);
  return today.year - birth.year - (isBefore ? 1 : 0);
}

function compileAge(passes: NumberTest, zone: Zone): DateTest {
  return {
    holds: (birth, now) => {
      const years = yearsAt(birth, now, zone);
      return years >= 0 && passes(years);
    },
    nextAt: (birth, now) => {
      const years = Math.max(yearsAt(birth, now, zone), -1);
      return midnight(anniversaryIn(birth, birth.year + years + 1), zone);
    },
  };
}

/**
 * The distance to the next anniversary's midnight is 0 during the day, then that to the next one.
 */
function compileAnniversary(withinMs: number, zone: Zone): DateTest {
  const spanOf = (date: DateValue, year: number): readonly [EpochMs, EpochMs] => {
    const day = anniversaryIn(date, year);
    const beginsAt = midnight(day, zone);
    const next = dateOfUtc((utcOfDate(day.year, day.month, day.day) ?? 0) + DAY_MS);
    return [beginsAt - withinMs, midnight(next, zone)];
  };
  const spans = (date: DateValue, now: EpochMs): (readonly [EpochMs, EpochMs])[] => {
    const { year } = dateOfUtc(now + offsetAt(zone, now));
    const years = Math.ceil(withinMs / (365 * DAY_MS)) + 1;
    return Array.from({ length: years + 2 }, (_, i) => spanOf(date, year - 1 + i));
  };
  return {
    holds: (date, now) => spans(date, now).some(([fromAt, toAt]) => fromAt <= now && now < toAt),
    nextAt: (date, now) => firstAfter(now, spans(date, now).flat()),
  };
}

/**
 * How long ago (direction 1) or ahead (direction -1) an instant is; the other side has no distance.
 */
function compileDistance(comparison: Comparison, direction: 1 | -1): DateTest {
  const passes = compileNumberTest(comparison);
  const bounds =
    comparison.op === 'between' ? [comparison.low, comparison.high] : [comparison.value];
  return {
    holds: ({ at }, now) => {
      const distance = (now - at) * direction;
      return distance >= 0 && passes(distance);
    },
    nextAt: ({ at }, now) => {
      const edges = [at, at + 1];
      for (const bound of bounds) {
        const edge = at + bound * direction;
        edges.push(edge - 1, edge, edge + 1);
      }
      return firstAfter(now, edges);
    },
  };
}

/** 29 February is 1 March in common years. */
function anniversaryIn(date: CalendarDate, year: number): CalendarDate {
  const isMoved = date.month === 2 && date.day === 29 && !isLeapYear(year);
  return isMoved ? { year, month: 3, day: 1 } : { year, month: date.month, day: date.day };
}

function midnight({ year, month, day }: CalendarDate, zone: Zone): EpochMs {
  return instantOfLocal(zone, utcOfDate(year, month, day) ?? 0);
}

function firstAfter(now: EpochMs, candidates: readonly EpochMs[]): EpochMs {
  let first = NEVER;
  for (const at of candidates) if (at > now && at < first) first = at;
  return first;
}
