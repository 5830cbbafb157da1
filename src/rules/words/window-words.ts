import { DAY_MS, formatInstant, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../base/time.ts';
import type { DurationMs } from '../../base/time.ts';
import type { Window } from '../rule.ts';

/** `in the last 30 days`. */
export function windowWords(window: Window): string {
  switch (window.kind) {
    case 'ever':
      return 'ever';
    case 'rolling':
      if (window.toMs === 0) return `in the last ${durationWords(window.fromMs)}`;
      return `between ${durationWords(window.fromMs)} and ${durationWords(window.toMs)} ago`;
    case 'absolute': {
      const { afterAt, beforeAt } = window;
      const from = afterAt === undefined ? '' : `from ${formatInstant(afterAt)} on`;
      const to = beforeAt === undefined ? '' : `before ${formatInstant(beforeAt)}`;
      return from === '' || to === '' ? from + to : `${from} and ${to}`;
    }
    case 'calendar':
      if (window.ago === 0) return `in this calendar ${window.period}`;
      if (window.ago === 1) return `in the calendar ${window.period} before this`;
      return `in the calendar ${window.period} ${window.ago} before this`;
  }
}

const UNITS: readonly (readonly [DurationMs, string])[] = [
  [DAY_MS, 'day'],
  [HOUR_MS, 'hour'],
  [MINUTE_MS, 'minute'],
  [SECOND_MS, 'second'],
  [1, 'ms'],
];

/** In the largest unit that leaves no rest: `30 days`, `90 minutes`. */
export function durationWords(ms: DurationMs): string {
  const [unitMs, unit] = UNITS.find(([size]) => ms % size === 0 && ms >= size) ?? [1, 'ms'];
  const count = ms / unitMs;
  return `${count} ${unit}${count === 1 || unit === 'ms' ? '' : 's'}`;
}
