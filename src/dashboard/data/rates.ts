import type { Sample } from './history.ts';
import type { Count } from './live-state.ts';

const MINUTE_MS = 60_000;
/** A rate over less time than this says nothing. */
const SPAN_MS_MIN = 5_000;

export interface MinuteFlow {
  readonly entriesPerMinute: number;
  readonly exitsPerMinute: number;
  /** Members now less members at the start of the span. */
  readonly change: number;
  /** What the three are taken from: the last minute, or what is known of it. */
  readonly spanMs: number;
}

/** What entered and left a segment in the last minute; undefined until enough of it is known. */
export function minuteFlow(samples: readonly Sample[], segment: string): MinuteFlow | undefined {
  const last = lastOf(samples, segment);
  if (last === undefined) return undefined;
  const first = firstSince(samples, segment, last.atMs - MINUTE_MS);
  const spanMs = last.atMs - (first?.atMs ?? last.atMs);
  if (first === undefined || spanMs < SPAN_MS_MIN) return undefined;
  const perMinute = (difference: number): number => (difference * MINUTE_MS) / spanMs;
  return {
    entriesPerMinute: perMinute(last.count.entered - first.count.entered),
    exitsPerMinute: perMinute(last.count.exited - first.count.exited),
    change: last.count.members - first.count.members,
    spanMs,
  };
}

/** Events a second over the last seconds; undefined when they are not told or went backwards. */
export function eventsPerSecond(samples: readonly Sample[], spanMs: number): number | undefined {
  const last = samples.at(-1);
  if (last?.events === undefined) return undefined;
  const first = samples.find(
    ({ atMs, events }) => events !== undefined && atMs >= last.atMs - spanMs,
  );
  if (first?.events === undefined || last.atMs - first.atMs < 1_000) return undefined;
  const difference = last.events - first.events;
  return difference < 0 ? undefined : (difference * 1_000) / (last.atMs - first.atMs);
}

/** Columns for a chart: instants in seconds and members; null where nothing is known. */
export function membersColumns(
  samples: readonly Sample[],
  segment: string,
): { readonly ats: number[]; readonly members: (number | null)[] } {
  const ats = samples.map(({ atMs }) => atMs / 1_000);
  const members = samples.map(({ counts }) => counts?.get(segment)?.members ?? null);
  return { ats, members };
}

/** Columns for a chart of what entered and left in each step of time; exits are negative. */
export function flowColumns(
  samples: readonly Sample[],
  segment: string,
  stepMs: number,
): { readonly ats: number[]; readonly entries: number[]; readonly exits: number[] } {
  const steps = new Map<number, { entries: number; exits: number }>();
  let before: Count | undefined;
  for (const { atMs, counts } of samples) {
    const count = counts?.get(segment);
    if (count !== undefined && before !== undefined) {
      const at = Math.floor(atMs / stepMs) * stepMs;
      const step = steps.get(at) ?? { entries: 0, exits: 0 };
      step.entries += count.entered - before.entered;
      step.exits -= count.exited - before.exited;
      steps.set(at, step);
    }
    before = count ?? before;
  }
  const rows = [...steps].toSorted(([a], [b]) => a - b);
  return {
    ats: rows.map(([at]) => (at + stepMs / 2) / 1_000),
    entries: rows.map(([, { entries }]) => entries),
    exits: rows.map(([, { exits }]) => exits),
  };
}

interface Found {
  readonly atMs: number;
  readonly count: Count;
}

function lastOf(samples: readonly Sample[], segment: string): Found | undefined {
  const last = samples.at(-1);
  const count = last?.counts?.get(segment);
  return last === undefined || count === undefined ? undefined : { atMs: last.atMs, count };
}

function firstSince(samples: readonly Sample[], segment: string, since: number): Found | undefined {
  for (const { atMs, counts } of samples) {
    const count = counts?.get(segment);
    if (atMs >= since && count !== undefined) return { atMs, count };
  }
  return undefined;
}
