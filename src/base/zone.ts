import type { DurationMs, EpochMs } from './time.ts';

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
