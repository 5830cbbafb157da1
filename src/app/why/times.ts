import { formatInstant, type EpochMs } from '../../base/time.ts';
import { offsetAt, UTC, type Zone } from '../../base/zone.ts';

/** Instants as people read them: on the clock of a zone, and in UTC. */
export type TimeWords = (at: EpochMs) => string;

/** `2026-03-01 12:00:00.000 Europe/Berlin (11:00:00.000Z)`; in UTC only once. */
export function timeWords(zone: Zone): TimeWords {
  return (at) => {
    const utc = formatInstant(at);
    if (zone.name === UTC.name) return utc;
    const local = formatInstant(at + offsetAt(zone, at))
      .replace('T', ' ')
      .slice(0, -1);
    const isSameDay = utc.slice(0, 10) === local.slice(0, 10);
    return `${local} ${zone.name} (${isSameDay ? utc.slice(11) : utc})`;
  };
}
