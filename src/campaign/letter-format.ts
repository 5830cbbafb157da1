import { own, type Json, type JsonObject } from '../base/json.ts';
import { dateOfUtc, DAY_MS, HOUR_MS, MINUTE_MS, parseDate, parseInstant } from '../base/time.ts';
import { offsetAt, type Zone } from '../base/zone.ts';

/*
 * Amounts and dates as letters show them: the same on every machine, by no locale.
 */

/** A space at which no line is broken. */
const SPACE = '\u00a0';

/** Currencies by ISO 4217 code: what stands for the code, and on which side of the amount. */
const SIGNS: JsonObject = {
  EUR: ['', `${SPACE}€`],
  GBP: ['£', ''],
  JPY: ['¥', ''],
  KZT: ['', `${SPACE}₸`],
  RUB: ['', `${SPACE}₽`],
  UAH: ['', `${SPACE}₴`],
  USD: ['$', ''],
};
/** Those whose smallest coin is no hundredth (ISO 4217, "minor unit"). */
const DIGITS: JsonObject = { BHD: 3, CLP: 0, ISK: 0, JPY: 0, KRW: 0, KWD: 3, TND: 3, VND: 0 };
const DIGITS_USUAL = 2;
const CODE = /^[A-Za-z]{3}$/;

/**
 * `1 990 ₽`, `$49.90`, `12.50 CHF`: thousands apart, coins only where there are any.
 *
 * @param currency an ISO 4217 code; without one the amount stands alone
 * @returns        an empty text when the amount is no number
 */
export function formatMoney(amount: unknown, currency?: unknown): string {
  const value = typeof amount === 'string' && amount.trim() !== '' ? Number(amount) : amount;
  if (typeof value !== 'number' || !Number.isFinite(value)) return '';
  const code = typeof currency === 'string' && CODE.test(currency) ? currency.toUpperCase() : '';
  const digits = Number(own(DIGITS, code) ?? DIGITS_USUAL);
  const [whole = '', coins = ''] = Math.abs(value).toFixed(digits).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, SPACE);
  const number = /[1-9]/.test(coins) ? `${grouped}.${coins}` : grouped;
  const minus = value < 0 && /[1-9]/.test(number) ? '−' : '';
  return minus + withSign(number, code);
}

function withSign(number: string, code: string): string {
  if (code === '') return number;
  const sign: Json = own(SIGNS, code) ?? ['', `${SPACE}${code}`];
  const [before, after] = Array.isArray(sign) ? sign : [];
  return `${String(before)}${number}${String(after)}`;
}

const MONTHS =
  'January February March April May June July August September October November December'.split(
    ' ',
  );
const PATTERN_USUAL = 'd MMMM yyyy';
const TOKEN = /yyyy|MMMM|MMM|MM|M|dd|d|HH|mm/g;

/**
 * An instant or a date by a pattern of `yyyy`, `MMMM` (January), `MMM` (Jan), `MM`, `M`, `dd`, `d`,
 * `HH`, `mm`; `d MMMM yyyy` without one. An instant is shown on the clocks of the zone.
 *
 * @param value ms since the epoch, an ISO 8601 instant, or a date
 * @returns     an empty text when the value is none of these
 */
export function formatDate(zone: Zone, value: unknown, pattern: string = PATTERN_USUAL): string {
  const localMs = localMsOf(zone, value);
  if (localMs === undefined) return '';
  const { year, month, day } = dateOfUtc(localMs);
  const ms = localMs - Math.floor(localMs / DAY_MS) * DAY_MS;
  const name = MONTHS[month - 1] ?? '';
  const parts: Readonly<Record<string, string>> = {
    yyyy: pad(year, 4),
    MMMM: name,
    MMM: name.slice(0, 3),
    MM: pad(month, 2),
    M: String(month),
    dd: pad(day, 2),
    d: String(day),
    HH: pad(Math.floor(ms / HOUR_MS), 2),
    mm: pad(Math.floor(ms / MINUTE_MS) % 60, 2),
  };
  return pattern.replace(TOKEN, (token) => parts[token] ?? token);
}

/** Local time as ms since the epoch if the zone were UTC. */
function localMsOf(zone: Zone, value: unknown): number | undefined {
  if (typeof value === 'string') {
    const date = parseDate(value);
    // A bare date is the same everywhere.
    const at = date === undefined ? parseInstant(value) : parseInstant(`${value}T00:00:00Z`);
    return at === undefined || date !== undefined ? at : at + offsetAt(zone, at);
  }
  const isInstant = typeof value === 'number' && Number.isFinite(value);
  return isInstant ? value + offsetAt(zone, value) : undefined;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
