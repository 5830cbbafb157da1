import { dateOfUtc, DAY_MS, formatInstant, utcOfDate, type EpochMs } from '../base/time.ts';
import { instantOfLocal, offsetAt, type Zone } from '../base/zone.ts';
import type { CapPeriod, FrequencyCap } from './frequency-cap.ts';

/** A frequency cap at one instant, for one recipient: what the ledger holds a letter against. */
export interface CapLimit {
  readonly max: number;
  /** Letters after this instant count, not one of this very instant. */
  readonly since: EpochMs;
}

/** As much of a letter as caps ask for. */
export interface CountedLetter {
  readonly state: string;
  readonly at: EpochMs;
  readonly isMarketing: boolean;
}

/** What has arrived, or may have, or is about to. */
export const COUNTED_STATES: ReadonlySet<string> = new Set(['intent', 'sent', 'unknown']);

/** @param zone the recipient's, in whose calendar days, weeks and months begin */
export function capLimits(caps: readonly FrequencyCap[], now: EpochMs, zone: Zone): CapLimit[] {
  return caps.map((cap) => ({
    max: cap.max,
    since: cap.kind === 'rolling' ? now - cap.withinMs : periodStartAt(cap.per, now, zone) - 1,
  }));
}

/** How many letters count against a limit, the one that is decided on left out. */
export function countAgainst(
  { since }: CapLimit,
  letters: ReadonlyMap<string, CountedLetter>,
  own: string,
): number {
  let count = 0;
  for (const [id, { isMarketing, state, at }] of letters) {
    if (id !== own && isMarketing && COUNTED_STATES.has(state) && at > since) count++;
  }
  return count;
}

/** The first instant of the day, of the week (from Monday) or of the month that `at` lies in. */
export function periodStartAt(period: CapPeriod, at: EpochMs, zone: Zone): EpochMs {
  const today = Math.floor((at + offsetAt(zone, at)) / DAY_MS) * DAY_MS;
  switch (period) {
    case 'day':
      return instantOfLocal(zone, today);
    case 'week':
      return instantOfLocal(zone, today - weekdayOf(today) * DAY_MS);
    case 'month': {
      const { year, month } = dateOfUtc(today);
      return instantOfLocal(zone, utcOfDate(year, month, 1) ?? today);
    }
  }
}

/** 0 for Monday; 1970-01-01 was a Thursday. */
function weekdayOf(midnight: EpochMs): number {
  return (((midnight / DAY_MS + 3) % 7) + 7) % 7;
}

/** A limit for people. */
export function limitWords({ max, since }: CapLimit, count: number): string {
  return `${count} of at most ${max} letters after ${formatInstant(since)}`;
}
