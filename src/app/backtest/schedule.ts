import {
  DAY_MS,
  parseDate,
  parseInstant,
  utcOfDate,
  type DurationMs,
  type EpochMs,
} from '../../base/time.ts';
import { instantOfLocal, type Zone } from '../../base/zone.ts';

/** When a backtest answers, as its flags say it. */
export interface Wishes {
  readonly ats: readonly EpochMs[];
  readonly everyMs?: DurationMs | undefined;
  readonly untilAt?: EpochMs | undefined;
}

/** The event times of the first and the last event; undefined when there is none. */
export type Span = { readonly firstAt: EpochMs; readonly lastAt: EpochMs } | undefined;

/** When the clock ends, and the instants at which it answers. */
export interface Schedule {
  readonly endAt: EpochMs;
  /** Ascending, once each, none after the end. */
  readonly answers: Iterable<EpochMs>;
}

/** @returns undefined when there is neither an event nor an instant that was asked for */
export function scheduleOf({ ats, everyMs, untilAt }: Wishes, span: Span): Schedule | undefined {
  const ends = [...ats, untilAt, span?.lastAt].filter((at) => at !== undefined);
  if (ends.length === 0) return undefined;
  const endAt = ends.reduce((a, b) => Math.max(a, b));
  if (everyMs === undefined && ats.length === 0) return { endAt, answers: [endAt] };
  const wanted = [...new Set(ats)].toSorted((a, b) => a - b);
  if (everyMs === undefined || span === undefined) return { endAt, answers: wanted };
  return { endAt, answers: merged(wanted, stepsOf(span.firstAt, everyMs, endAt)) };
}

function* stepsOf(firstAt: EpochMs, everyMs: DurationMs, endAt: EpochMs): Generator<EpochMs> {
  for (let at = firstAt + everyMs; at <= endAt; at += everyMs) yield at;
}

/** Two ascending rows as one, what stands in both once. */
function* merged(wanted: readonly EpochMs[], steps: Iterable<EpochMs>): Generator<EpochMs> {
  let place = 0;
  for (const step of steps) {
    for (let at = wanted[place]; at !== undefined && at <= step; at = wanted[++place]) {
      if (at < step) yield at;
    }
    yield step;
  }
  yield* wanted.slice(place);
}

/** An instant with its zone, or a bare date: local midnight. Undefined for anything else. */
export function readWhen(text: string, zone: Zone): EpochMs | undefined {
  const date = parseDate(text);
  if (date === undefined) return parseInstant(text);
  const localMs = utcOfDate(date.year, date.month, date.day);
  return localMs === undefined ? undefined : instantOfLocal(zone, localMs);
}

/** About when that is, in whatever zone; for how far the zone's table must reach. */
export function roughWhen(text: string): EpochMs {
  const date = parseDate(text);
  if (date === undefined) return parseInstant(text) ?? 0;
  return (utcOfDate(date.year, date.month, date.day) ?? 0) + DAY_MS;
}
