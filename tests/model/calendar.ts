import type { EpochMs } from '../../src/base/time.ts';

/** A day of the calendar, `YYYY-MM-DD`: such texts sort as the days do. */
export type Day = string;

const INSTANT = new RegExp(
  /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):([0-5]\d)/.source +
    /(?::([0-5]\d)(?:[.,](\d+))?)?(?:Z|([+-]\d\d):?([0-5]\d))$/.source,
);

/** The calendar date as it is written in a date or an instant; undefined for an impossible one. */
export function dayOf(text: string): Day | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) {
    return instantOf(text) === undefined ? undefined : text.slice(0, 10);
  }
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && dayInUtc(at) === text ? text : undefined;
}

/** ms since the epoch of an ISO 8601 instant with Z or an offset, cut to milliseconds. */
export function instantOf(text: string): EpochMs | undefined {
  const parts = INSTANT.exec(text);
  if (parts === null) return undefined;
  const [, day = '', hour, minute, second = '00', fraction = '', zoneHours, zoneMinutes] = parts;
  if (dayOf(day) === undefined || Number(zoneHours ?? '0') > 23 || Number(zoneHours ?? '0') < -23) {
    return undefined;
  }
  const ms = fraction.slice(0, 3).padEnd(3, '0');
  const zone = zoneHours === undefined ? 'Z' : `${zoneHours}:${zoneMinutes}`;
  return Date.parse(`${day}T${hour}:${minute}:${second}.${ms}${zone}`);
}

/** The day that an instant belongs to: a day lasts from its first instant to that of the next. */
export function today(zone: string, at: EpochMs): Day {
  let day = clockDay(zone, at);
  while (startOf(zone, plusDays(day, 1)) <= at) day = plusDays(day, 1);
  return day;
}

const starts = new Map<string, EpochMs>();

/** The first instant at which the zone's clocks show this day, or a later one if they skip it. */
export function startOf(zone: string, day: Day): EpochMs {
  const key = `${zone} ${day}`;
  const known = starts.get(key);
  if (known !== undefined) return known;
  const shows = (at: EpochMs): boolean => clockDay(zone, at) >= day;
  const earliest = Date.parse(`${day}T00:00:00Z`) - 16 * 3_600_000;
  const minute = firstFrom(earliest, 60_000, shows);
  const start = firstFrom(minute - 60_000, 1_000, shows);
  starts.set(key, start);
  return start;
}

function firstFrom(at: EpochMs, stepMs: number, shows: (at: EpochMs) => boolean): EpochMs {
  let candidate = at;
  while (!shows(candidate)) candidate += stepMs;
  return candidate;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The date that a clock in the zone shows. */
function clockDay(zone: string, at: EpochMs): Day {
  let format = formats.get(zone);
  if (format === undefined) {
    const fields = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
    format = new Intl.DateTimeFormat('en-US', { ...fields, timeZone: zone, calendar: 'gregory' });
    formats.set(zone, format);
  }
  const [month = '', day = '', year = ''] = format.format(at).split('/');
  return `${year.padStart(4, '0')}-${month}-${day}`;
}

export function plusDays(day: Day, days: number): Day {
  return dayInUtc(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000);
}

/** The Monday of the day's week. */
export function mondayOf(day: Day): Day {
  const sundayIs0 = new Date(`${day}T00:00:00Z`).getUTCDay();
  return plusDays(day, -((sundayIs0 + 6) % 7));
}

/** The first of the month that is so many months after the day's. */
export function firstOfMonth(day: Day, months: number): Day {
  const count = yearOf(day) * 12 + Number(day.slice(5, 7)) - 1 + months;
  return `${yearText(Math.floor(count / 12))}-${String((count % 12) + 1).padStart(2, '0')}-01`;
}

/** Whole years completed on `day`; 29 February completes on 1 March in common years. */
export function yearsBetween(birth: Day, day: Day): number {
  const isBefore = day.slice(5) < birth.slice(5);
  return yearOf(day) - yearOf(birth) - (isBefore ? 1 : 0);
}

/** The first anniversary on `day` or after it; that of 29 February is 1 March in common years. */
export function nextAnniversary(date: Day, day: Day): Day {
  const inYear = (year: number): Day =>
    dayOf(`${yearText(year)}${date.slice(4)}`) ?? `${yearText(year)}-03-01`;
  const thisYear = inYear(yearOf(day));
  return thisYear >= day ? thisYear : inYear(yearOf(day) + 1);
}

export function yearOf(day: Day): number {
  return Number(day.slice(0, 4));
}

export function yearText(year: number): string {
  return String(year).padStart(4, '0');
}

function dayInUtc(at: EpochMs): Day {
  return new Date(at).toISOString().slice(0, 10);
}
