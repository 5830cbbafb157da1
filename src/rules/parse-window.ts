import { own, type JsonObject } from '../base/json.ts';
import {
  parseDate,
  parseDuration,
  parseInstant,
  type DurationMs,
  type EpochMs,
} from '../base/time.ts';
import { keysAmong, placeOf, readMapping, show, type Faults, type Place } from './fault.ts';
import type { Window } from './rule.ts';
import { CALENDAR_PERIODS, WINDOW_KEYS } from './schema.ts';

type Period = (typeof CALENDAR_PERIODS)[number];

/** More periods back than any log reaches; beyond it dates would lose their exactness. */
const CALENDAR_AGO_MAX = 100_000;

const DURATION_HINT = 'write a whole number above 0 and one of s, m, h, d, w, such as 30d';

/** Reads a duration above 0. */
export function readDuration(value: unknown, place: Place, faults: Faults): DurationMs | undefined {
  const ms = typeof value === 'string' ? parseDuration(value) : undefined;
  if (ms !== undefined && ms > 0 && Number.isSafeInteger(ms)) return ms;
  return faults.add(place, `${show(value)} is no duration`, DURATION_HINT);
}

/** Reads a duration that may also be 0, `0` or `0d`. */
export function readDurationOrZero(
  value: unknown,
  place: Place,
  faults: Faults,
): DurationMs | undefined {
  const isZero = value === 0 || (typeof value === 'string' && /^0+[smhdw]$/.test(value));
  return isZero ? 0 : readDuration(value, place, faults);
}

/** Reads the value of `within`. */
export function readWindow(value: unknown, place: Place, faults: Faults): Window | undefined {
  if (typeof value !== 'object' || value === null) {
    const fromMs = readDuration(value, place, faults);
    return fromMs === undefined ? undefined : { kind: 'rolling', fromMs, toMs: 0 };
  }
  const known = Object.values(WINDOW_KEYS).flat();
  const before = faults.errors.length;
  const fields = readMapping(value, known, 'a window', place, faults);
  if (fields === undefined) return undefined;
  const kinds = (['rolling', 'absolute', 'calendar'] as const).filter(
    (kind) => keysAmong(fields, WINDOW_KEYS[kind]).length > 0,
  );
  const [kind] = kinds;
  const hint = 'write { from, to }, { after, before } or { calendar, ago }';
  if (kind === undefined) {
    return faults.errors.length > before
      ? undefined
      : faults.add(place, 'the window is empty', hint);
  }
  if (kinds.length > 1) {
    const keys = keysAmong(fields, known).map((key) => `"${key}"`);
    return faults.add(place, `a window has either ${keys.join(' or ')}, not both`, hint);
  }
  switch (kind) {
    case 'rolling':
      return readRolling(fields, place, faults);
    case 'absolute':
      return readAbsolute(fields, place, faults);
    case 'calendar':
      return readCalendar(fields, place, faults);
  }
}

function readRolling(fields: JsonObject, place: Place, faults: Faults): Window | undefined {
  const [from, to] = [own(fields, 'from'), own(fields, 'to')];
  if (from === undefined) {
    return faults.add(place, '"from" is missing', 'write { from: 90d, to: 30d }');
  }
  const fromMs = readDuration(from, placeOf(place, 'from'), faults);
  const toMs = to === undefined ? 0 : readDurationOrZero(to, placeOf(place, 'to'), faults);
  if (fromMs === undefined || toMs === undefined) return undefined;
  if (fromMs > toMs) return { kind: 'rolling', fromMs, toMs };
  const ends = `"from" ${show(from)} is not longer ago than "to" ${show(to)}`;
  const message = `the window is empty: ${ends}`;
  return faults.add(place, message, 'from is the older end, such as { from: 90d, to: 30d }');
}

function readAbsolute(fields: JsonObject, place: Place, faults: Faults): Window | undefined {
  const [after, before] = [own(fields, 'after'), own(fields, 'before')];
  const errors = faults.errors.length;
  const afterAt =
    after === undefined ? undefined : readInstant(after, placeOf(place, 'after'), faults);
  const beforeAt =
    before === undefined ? undefined : readInstant(before, placeOf(place, 'before'), faults);
  if (faults.errors.length > errors) return undefined;
  if (afterAt !== undefined && beforeAt !== undefined && afterAt >= beforeAt) {
    const ends = `"after" ${show(after)} is not before "before" ${show(before)}`;
    const message = `the window is empty: ${ends}`;
    return faults.add(place, message, 'an event counts when after ≤ its time < before');
  }
  return {
    kind: 'absolute',
    ...(afterAt === undefined ? {} : { afterAt }),
    ...(beforeAt === undefined ? {} : { beforeAt }),
  };
}

function readInstant(value: unknown, place: Place, faults: Faults): EpochMs | undefined {
  const at = typeof value === 'string' ? parseInstant(value) : undefined;
  if (at !== undefined) return at;
  const isDate = typeof value === 'string' && parseDate(value) !== undefined;
  const hint = isDate
    ? `say at what time and where: ${value}T00:00:00Z, or with an offset such as +03:00`
    : 'write an ISO 8601 instant, such as 2024-05-01T00:00:00Z';
  return faults.add(place, `${show(value)} is no instant`, hint);
}

function readCalendar(fields: JsonObject, place: Place, faults: Faults): Window | undefined {
  const [value, ago = 0] = [own(fields, 'calendar'), own(fields, 'ago')];
  const isAgo = typeof ago === 'number' && Number.isInteger(ago) && ago >= 0;
  if (!isAgo || ago > CALENDAR_AGO_MAX) {
    const message = `"ago" must be a whole number from 0 to ${CALENDAR_AGO_MAX}, not ${show(ago)}`;
    faults.add(placeOf(place, 'ago'), message, '0 is the current period, 1 the one before it');
  }
  if (value === undefined) {
    const hint = 'write { calendar: month, ago: 1 }';
    return faults.add(place, '"calendar" is missing', hint);
  }
  const period = CALENDAR_PERIODS.find((known): known is Period => known === value);
  if (period === undefined) {
    const message = `${show(value)} is no calendar period`;
    return faults.add(placeOf(place, 'calendar'), message, `choose ${CALENDAR_PERIODS.join(', ')}`);
  }
  return isAgo ? { kind: 'calendar', period, ago } : undefined;
}
