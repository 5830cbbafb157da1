import type { EpochMs } from '../../src/base/time.ts';
import type { Window } from '../../src/rules/rule.ts';
import { firstOfMonth, mondayOf, plusDays, startOf, today, yearOf, yearText } from './calendar.ts';
import type { Day } from './calendar.ts';

/** Whether an event at `at` lies in the window as it stands at `now`. */
export function isInWindow(window: Window, at: EpochMs, now: EpochMs, zone: string): boolean {
  switch (window.kind) {
    case 'ever':
      return true;
    case 'rolling':
      return now - window.fromMs < at && at <= now - window.toMs;
    case 'absolute':
      return (
        (window.afterAt === undefined || window.afterAt <= at) &&
        (window.beforeAt === undefined || at < window.beforeAt)
      );
    case 'calendar': {
      const [first, next] = period(window.period, today(zone, now), window.ago);
      return startOf(zone, first) <= at && at < startOf(zone, next);
    }
  }
}

/** The first day of the n-th previous period, and the first day of the period after that one. */
function period(kind: 'day' | 'week' | 'month' | 'year', day: Day, ago: number): [Day, Day] {
  switch (kind) {
    case 'day':
      return [plusDays(day, -ago), plusDays(day, 1 - ago)];
    case 'week':
      return [plusDays(mondayOf(day), -7 * ago), plusDays(mondayOf(day), 7 - 7 * ago)];
    case 'month':
      return [firstOfMonth(day, -ago), firstOfMonth(day, 1 - ago)];
    case 'year':
      return [newYear(yearOf(day) - ago), newYear(yearOf(day) + 1 - ago)];
  }
}

function newYear(year: number): Day {
  return `${yearText(year)}-01-01`;
}
