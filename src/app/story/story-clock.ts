import {
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
  parseDate,
  parseInstant,
  utcOfDate,
  type EpochMs,
} from '../../base/time.ts';
import { instantOfLocal, type Zone } from '../../base/zone.ts';

const CLOCK = String.raw`\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?`;
const DAY = String.raw`d\d{1,5}|\d{4}-\d\d-\d\d`;
const OFFSET = String.raw`Z|[+-]\d\d:\d\d`;

/** A day, a time of day, or both; with both there may be an offset. */
export const TIME = String.raw`(?:${DAY})(?:(?:T| +)${CLOCK}(?:${OFFSET})?)?|${CLOCK}`;

const PARTS = new RegExp(`^(?:(${DAY})(?:T| +)?)?(?:(${CLOCK})(${OFFSET})?)?$`);

/** Reads the times of a story, most of which are local and without a day. */
export class StoryClock {
  readonly #zone: Zone;
  /** Midnight of `d1`, as if the zone were UTC. */
  readonly #startMs: EpochMs;
  /** Midnight of the day that a time without a day means. */
  #dayMs: EpochMs;

  constructor(zone: Zone, startMs: EpochMs) {
    this.#zone = zone;
    this.#startMs = startMs;
    this.#dayMs = startMs;
  }

  /** The time at which a line stands: later ones without a day are of the same day. */
  readLine(text: string): EpochMs | undefined {
    const day = PARTS.exec(text)?.[1];
    const at = this.read(text);
    if (at !== undefined && day !== undefined) this.#dayMs = this.#dayOf(day) ?? this.#dayMs;
    return at;
  }

  /** @returns undefined when there is no such time */
  read(text: string): EpochMs | undefined {
    const [, day, clock = '00:00', offset] = PARTS.exec(text) ?? [];
    const dayMs = day === undefined ? this.#dayMs : this.#dayOf(day);
    const clockMs = readClock(clock);
    if (dayMs === undefined || clockMs === undefined) return undefined;
    const localMs = dayMs + clockMs;
    return offset === undefined
      ? instantOfLocal(this.#zone, localMs)
      : parseInstant(`${day}T${clock}${offset}`);
  }

  #dayOf(day: string): EpochMs | undefined {
    if (day.startsWith('d')) return this.#startMs + (Number(day.slice(1)) - 1) * DAY_MS;
    const date = parseDate(day);
    return date && utcOfDate(date.year, date.month, date.day);
  }
}

function readClock(clock: string): number | undefined {
  const [hours = '', minutes = '', seconds = '0'] = clock.split(':');
  const [h, m, s] = [Number(hours), Number(minutes), Number(seconds)];
  if (h > 23 || m > 59 || s >= 60) return undefined;
  return h * HOUR_MS + m * MINUTE_MS + Math.round(s * SECOND_MS);
}
