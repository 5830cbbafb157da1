import { ShoalError } from '../base/error.ts';
import { DAY_MS, type DurationMs, type EpochMs } from '../base/time.ts';
import type { Zone } from '../base/zone.ts';

const FIRST_YEAR = 1970;

/** Tables reach at least so far ahead, and to the end of a decade, so that they rarely change. */
const YEARS_AHEAD = 10;

/**
 * The UTC offsets of a time zone, from 1970 on, as this machine's tables have them.
 *
 * @param name IANA name
 * @param now  ms since the epoch; the table reaches to the end of the decade ten years on
 * @throws ShoalError `unknown-timezone`
 */
export function zoneOf(name: string, now: EpochMs): Zone {
  const offset = offsetReader(name);
  const lastYear = Math.ceil((new Date(now).getUTCFullYear() + YEARS_AHEAD) / 10) * 10;
  const fromAts: EpochMs[] = [Date.UTC(FIRST_YEAR, 0, 1)];
  const offsetsMs: DurationMs[] = [offset(Date.UTC(FIRST_YEAR, 0, 1))];
  for (let at = Date.UTC(FIRST_YEAR, 0, 1); at < Date.UTC(lastYear, 0, 1); at += DAY_MS) {
    const known = offset(at);
    const next = offset(at + DAY_MS);
    if (known === next) continue;
    fromAts.push(changeBetween(at, at + DAY_MS, offset));
    offsetsMs.push(next);
  }
  return { name, fromAts, offsetsMs };
}

function changeBetween(from: EpochMs, to: EpochMs, offset: (at: EpochMs) => DurationMs): EpochMs {
  let [low, high] = [from, to];
  const before = offset(low);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offset(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

function offsetReader(name: string): (at: EpochMs) => DurationMs {
  const format = formatOf(name);
  return (at) => {
    const part = (type: string): number =>
      Number(parts.find((candidate) => candidate.type === type)?.value);
    const parts = format.formatToParts(at);
    const [year, month, day] = [part('year'), part('month') - 1, part('day')];
    const local = Date.UTC(year, month, day, part('hour'), part('minute'), part('second'));
    return local - Math.floor(at / 1_000) * 1_000;
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (cause) {
    throw new ShoalError({
      code: 'unknown-timezone',
      remedy: 'refuse-input',
      message: `time zone "${timeZone}" is not known`,
      where: 'timezone',
      hint: 'use an IANA name, such as Europe/Berlin',
      cause,
    });
  }
}
