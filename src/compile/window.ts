import { DAY_MS, NEVER, dateOfUtc, utcOfDate, type EpochMs } from '../base/time.ts';
import { instantOfLocal, offsetAt, type Zone } from '../base/zone.ts';
import type { Window } from '../rules/rule.ts';

/**
 * A window that time moves, seen from one event: an event at t counts at T iff
 * `entersAt(t)` ≤ T < `leavesAt(t)`. Both only grow with t, so that events which are sorted by time
 * also enter and leave in that order.
 */
export interface SlidingWindow {
  readonly entersAt: (at: EpochMs) => EpochMs;
  readonly leavesAt: (at: EpochMs) => EpochMs;
  /** True when an event counts from its own instant on: then only the latest few need keeping. */
  readonly endsNow: boolean;
}

/** A window that time does not move: an event counts for ever or never. */
export interface LastingWindow {
  readonly covers: (at: EpochMs) => boolean;
}

export type CompiledWindow =
  | ({ readonly kind: 'sliding' } & SlidingWindow)
  | ({ readonly kind: 'lasting' } & LastingWindow);

export function compileWindow(window: Window, zone: Zone): CompiledWindow {
  switch (window.kind) {
    case 'ever':
      return { kind: 'lasting', covers: () => true };
    case 'absolute': {
      const { afterAt = -NEVER, beforeAt = NEVER } = window;
      return { kind: 'lasting', covers: (at) => at >= afterAt && at < beforeAt };
    }
    case 'rolling': {
      const { fromMs, toMs } = window;
      return {
        kind: 'sliding',
        entersAt: (at) => at + toMs,
        leavesAt: (at) => at + fromMs,
        endsNow: toMs === 0,
      };
    }
    case 'calendar': {
      const { period, ago } = window;
      const startAfter = (at: EpochMs, periods: number): EpochMs =>
        instantOfLocal(zone, shiftPeriod(period, localPeriodStart(period, at, zone), periods));
      return {
        kind: 'sliding',
        entersAt: ago === 0 ? (at) => at : (at) => startAfter(at, ago),
        leavesAt: (at) => startAfter(at, ago + 1),
        endsNow: ago === 0,
      };
    }
  }
}

type RollingWindow = Extract<Window, { kind: 'rolling' }>;

/** True for a window of a fixed length up to now. */
export function endsNow(window: Window): window is RollingWindow {
  return window.kind === 'rolling' && window.toMs === 0;
}

type Period = 'day' | 'week' | 'month' | 'year';

/** Local midnight (as if the zone were UTC) at which the period of an instant begins. */
function localPeriodStart(period: Period, at: EpochMs, zone: Zone): EpochMs {
  const localMs = at + offsetAt(zone, at);
  const { year, month } = dateOfUtc(localMs);
  const day = Math.floor(localMs / DAY_MS);
  switch (period) {
    case 'day':
      return day * DAY_MS;
    case 'week':
      // 1970-01-01 was a Thursday, three days after a Monday.
      return (day - ((((day + 3) % 7) + 7) % 7)) * DAY_MS;
    case 'month':
      return utcOfDate(year, month, 1) ?? 0;
    case 'year':
      return utcOfDate(year, 1, 1) ?? 0;
  }
}

/** The beginning of the period that comes `periods` after the one that begins at `startMs`. */
function shiftPeriod(period: Period, startMs: EpochMs, periods: number): EpochMs {
  if (period === 'day') return startMs + periods * DAY_MS;
  if (period === 'week') return startMs + periods * 7 * DAY_MS;
  const { year, month } = dateOfUtc(startMs);
  const months = year * 12 + (month - 1) + periods * (period === 'month' ? 1 : 12);
  return utcOfDate(Math.floor(months / 12), (months % 12) + 1, 1) ?? 0;
}
