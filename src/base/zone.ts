import { DAY_MS, MINUTE_MS, NEVER, type DurationMs, type EpochMs } from './time.ts';

/**
 * The UTC offsets of one time zone as a table: the pure folders must not ask `Intl`, whose answers
 * change with the machine. `app` makes the table; it travels in the log with the definitions.
 */
export interface Zone {
  /** IANA name. */
  readonly name: string;
  /**
   * Ascending instants; from `fromAts[i]` on, `offsetsMs[i]` holds. The first holds for all before.
   */
  readonly fromAts: readonly EpochMs[];
  /** Local time minus UTC, ms. */
  readonly offsetsMs: readonly DurationMs[];
}

export const UTC: Zone = { name: 'UTC', fromAts: [0], offsetsMs: [0] };

/** Local time minus UTC at an instant, ms. */
export function offsetAt(zone: Zone, at: EpochMs): DurationMs {
  let low = 0;
  let high = zone.fromAts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((zone.fromAts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return zone.offsetsMs[low] ?? 0;
}

/**
 * The first instant at which a zone's clocks show this local time or a later one: a midnight that
 * the clocks jump over begins with the jump, one that they show twice begins at the first showing.
 *
 * @param localMs local time, as ms since the epoch if the zone were UTC
 */
export function instantOfLocal(zone: Zone, localMs: EpochMs): EpochMs {
  const early = localMs - offsetAt(zone, localMs - MAX_OFFSET_MS);
  const late = localMs - offsetAt(zone, localMs + MAX_OFFSET_MS);
  let best = Math.max(early, late);
  for (const at of [early, late]) {
    if (at + offsetAt(zone, at) >= localMs && at < best) best = at;
  }
  return firstShowing(zone, localMs, best);
}

/** More than any zone's distance from UTC, ms. */
const MAX_OFFSET_MS = 20 * 3_600_000;

function firstShowing(zone: Zone, localMs: EpochMs, at: EpochMs): EpochMs {
  for (const jumpAt of zone.fromAts) {
    if (jumpAt > at || jumpAt < at - MAX_OFFSET_MS) continue;
    // Inside a jump forward no clock shows this local time: it begins with the jump.
    if (jumpAt + offsetAt(zone, jumpAt - 1) <= localMs && jumpAt + offsetAt(zone, jumpAt) > localMs)
      return jumpAt;
  }
  return at;
}

/**
 * The first instant from `from` on at which a zone's clocks show a time of day: a time that they
 * jump over counts as shown at the jump, one that they show twice is shown twice.
 *
 * @param minuteOfDay minutes after midnight, 0 to 1,439
 * @returns `from` itself when they show it just then
 */
export function nextShowing(zone: Zone, from: EpochMs, minuteOfDay: number): EpochMs {
  // A change at `from` itself may be the very jump.
  let [at, offset] = [from, offsetAt(zone, from - 1)];
  let changeAt = nextChangeAt(zone, from - 1);
  for (;;) {
    const showingAt = nextMultiple(at + offset, minuteOfDay * MINUTE_MS) - offset;
    if (showingAt < changeAt) return showingAt;
    const changed = offsetAt(zone, changeAt);
    if (showingAt < changeAt + changed - offset) return changeAt;
    [at, offset] = [changeAt, changed];
    changeAt = nextChangeAt(zone, at);
  }
}

/** When a zone's offset changes next after an instant; NEVER when it keeps it. */
function nextChangeAt({ fromAts }: Zone, at: EpochMs): EpochMs {
  let [low, high] = [1, fromAts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((fromAts[middle] ?? NEVER) > at) high = middle;
    else low = middle + 1;
  }
  return fromAts[low] ?? NEVER;
}

/** The first local time from `local` on that is so far from a midnight. */
function nextMultiple(local: EpochMs, intoDayMs: DurationMs): EpochMs {
  return Math.ceil((local - intoDayMs) / DAY_MS) * DAY_MS + intoDayMs;
}

/** Minutes after midnight that a zone's clocks show, whole ones. */
export function minuteOfDayAt(zone: Zone, at: EpochMs): number {
  const local = at + offsetAt(zone, at);
  return Math.floor((local - Math.floor(local / DAY_MS) * DAY_MS) / MINUTE_MS);
}
