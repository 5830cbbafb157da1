/** Milliseconds since 1970-01-01T00:00:00Z, a whole number. */
export type EpochMs = number;

/** A length of time in whole milliseconds. */
export type DurationMs = number;

/** An instant that never comes. */
export const NEVER: EpochMs = Number.POSITIVE_INFINITY;

export const SECOND_MS: DurationMs = 1_000;
export const MINUTE_MS: DurationMs = 60_000;
export const HOUR_MS: DurationMs = 3_600_000;
export const DAY_MS: DurationMs = 86_400_000;

const UNITS_MS = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS } as const;

/**
 * Reads `30d`, `12h`, `15m`, `45s`, `2w`.
 *
 * @returns the length in ms, or undefined when the text is no duration
 */
export function parseDuration(text: string): DurationMs | undefined {
  const match = /^(\d{1,9})([smhdw])$/.exec(text);
  if (match === null) return undefined;
  const [, count, unit] = match;
  // The pattern allows no other unit.
  return Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
}

const INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(Z|z|[+-]\d\d:?\d\d)$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

/**
 * Reads an ISO 8601 instant with Z or an offset; digits beyond the millisecond are cut off.
 *
 * @returns ms since the epoch, or undefined when the text is no instant or an impossible one
 */
export function parseInstant(text: string): EpochMs | undefined {
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone = 'Z'] = match;
  const midnight = utcOfDate(Number(year), Number(month), Number(day));
  if (midnight === undefined) return undefined;
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  const offset = parseOffset(zone);
  if (h > 23 || m > 59 || s > 59 || offset === undefined) return undefined;
  const ms = Number(fraction.slice(0, 3).padEnd(3, '0'));
  return midnight + h * HOUR_MS + m * MINUTE_MS + s * SECOND_MS + ms - offset;
}

function parseOffset(zone: string): DurationMs | undefined {
  if (zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone[0] === '-' ? -1 : 1) * (hours * HOUR_MS + minutes * MINUTE_MS);
}

/** A date of the calendar, without a zone. */
export interface CalendarDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/** Reads `YYYY-MM-DD`; undefined when the text is anything else or an impossible date. */
export function parseDate(text: string): CalendarDate | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return utcOfDate(year, month, day) === undefined ? undefined : { year, month, day };
}

/**
 * Midnight UTC of a date, ms since the epoch; undefined for an impossible one such as 30 February.
 */
export function utcOfDate(year: number, month: number, day: number): EpochMs | undefined {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return daysFromCivil(year, month, day) * DAY_MS;
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/**
 * Days since 1970-01-01, proleptic Gregorian (H. Hinnant, "chrono-compatible low-level date
 * algorithms").
 */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The date in UTC of an instant. The reverse of `utcOfDate`, same source. */
export function dateOfUtc(at: EpochMs): CalendarDate {
  const days = Math.floor(at / DAY_MS) + 719_468;
  const era = Math.floor(days / 146_097);
  const doe = days - era * 146_097;
  const yoe = Math.floor(
    (doe - Math.floor(doe / 1_460) + Math.floor(doe / 36_524) - Math.floor(doe / 146_096)) / 365,
  );
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  const year = yoe + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: doy - Math.floor((153 * mp + 2) / 5) + 1 };
}

/** `YYYY-MM-DDTHH:mm:ss.sssZ`. */
export function formatInstant(at: EpochMs): string {
  const { year, month, day } = dateOfUtc(at);
  const ms = at - Math.floor(at / DAY_MS) * DAY_MS;
  const date = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  const [h, m, s] = [
    Math.floor(ms / HOUR_MS),
    Math.floor(ms / MINUTE_MS) % 60,
    Math.floor(ms / SECOND_MS) % 60,
  ];
  return `${date}T${pad(h, 2)}:${pad(m, 2)}:${pad(s, 2)}.${pad(ms % 1_000, 3)}Z`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
