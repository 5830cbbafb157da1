import type { EpochMs } from '../../src/base/time.ts';
import type { QuietHours, Wait } from '../../src/campaign/campaign.ts';

/*
 * Waits by the recipient's clock, minute after minute, as somebody who looks at it would find them.
 */

const [MINUTE, QUARTER] = [60_000, 900_000];

/** When a wait that begins at an instant ends; in quiet hours it goes on to their end. */
export function endOfWait(
  wait: Wait,
  quietHours: QuietHours | undefined,
  from: EpochMs,
  zone: string,
): EpochMs {
  const at = wait.kind === 'for' ? from + wait.ms : shown(from + wait.afterMs, wait, zone);
  if (quietHours === undefined) return at;
  const { fromMinute, toMinute } = quietHours;
  const minute = local(Math.floor(at / MINUTE) * MINUTE, zone) % 1_440;
  const isQuiet =
    fromMinute < toMinute
      ? minute >= fromMinute && minute < toMinute
      : minute >= fromMinute || minute < toMinute;
  return isQuiet ? shown(at, { minuteOfDay: toMinute }, zone) : at;
}

/** The first whole minute at which the clock shows a time of day, or has just jumped over it. */
function shown(from: EpochMs, time: { readonly minuteOfDay: number }, zone: string): EpochMs {
  for (let at = Math.ceil(from / MINUTE) * MINUTE; ; at += MINUTE) {
    const [before, now] = [local(at - MINUTE, zone), local(at, zone)];
    if (now % 1_440 === time.minuteOfDay) return at;
    for (let jumped = before + 1; jumped < now; jumped++) {
      if (jumped % 1_440 === time.minuteOfDay) return at;
    }
  }
}

const offsets = new Map<string, Map<EpochMs, number>>();

/** What the clock shows, as minutes since a midnight long ago. Clocks change at whole quarters. */
function local(at: EpochMs, zone: string): number {
  const quarterAt = Math.floor(at / QUARTER) * QUARTER;
  const ofZone = offsets.get(zone) ?? new Map<EpochMs, number>();
  offsets.set(zone, ofZone);
  const known = ofZone.get(quarterAt) ?? shownAt(quarterAt, zone) - quarterAt / MINUTE;
  ofZone.set(quarterAt, known);
  return at / MINUTE + known;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function shownAt(at: EpochMs, zone: string): number {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'short',
    });
  formats.set(zone, format);
  // Such as "2026-03-29 03:00".
  return Date.parse(`${format.format(at).replace(' ', 'T')}Z`) / MINUTE;
}
