import { DAY_MS, MINUTE_MS, type DurationMs, type EpochMs } from '../base/time.ts';
import type { ZoneGroup, ZoneTable } from '../base/zone-table.ts';

/*
 * The zones that recipients may live in, for waits that end by their clocks.
 *
 * To ask `Intl` for every day of four hundred zones takes seconds. So each is looked at four times
 * a year first. Those that never change are done; of those that look alike one is read closely, and
 * the others are held against what was found.
 */

/** Tables begin and end with such years, so that they change that rarely. */
const GRID_YEARS = 5;
const YEARS_AHEAD = 10;
/** No zone keeps an offset for less: Morocco's Ramadan is the shortest. */
const SHORTEST_MS = 15 * DAY_MS;

/** Names that have taken the place of those that `Intl` lists, and that are as common. */
const OTHER_NAMES = [
  'America/Argentina/Buenos_Aires',
  'America/Indiana/Indianapolis',
  'America/Nuuk',
  'Asia/Ho_Chi_Minh',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Asia/Yangon',
  'Atlantic/Faroe',
  'Etc/UTC',
  'Europe/Kyiv',
  'GMT',
  'UTC',
];

type OffsetAt = (at: EpochMs) => DurationMs;
type Offsets = Pick<ZoneGroup, 'fromAts' | 'offsetsMs'>;

/**
 * The zones that this machine knows, by their offsets from at least a year before `now` to at least
 * ten years after it.
 *
 * @param now ms since the epoch
 */
export function zoneTable(now: EpochMs): ZoneTable {
  const year = new Date(now).getUTCFullYear();
  const firstYear = Math.floor((year - 1) / GRID_YEARS) * GRID_YEARS;
  const lastYear = Math.ceil((year + YEARS_AHEAD) / GRID_YEARS) * GRID_YEARS;
  const looks = Array.from({ length: (lastYear - firstYear) * 4 }, (_, quarter) =>
    Date.UTC(firstYear, quarter * 3, 1),
  );
  const endAt = Date.UTC(lastYear, 0, 1);
  const alike = new Map<string, Found[]>();
  for (const name of [...Intl.supportedValuesOf('timeZone'), ...OTHER_NAMES].toSorted()) {
    const offsetAt = offsetReader(name);
    const looked = looks.map(offsetAt);
    const key = looked.join();
    const found = alike.get(key) ?? [];
    alike.set(key, found);
    const same = found.find((other) => hasOffsets(offsetAt, other));
    if (same === undefined)
      found.push({ ...offsetsOf(offsetAt, looks, looked, endAt), names: [name] });
    else if (!same.names.includes(name)) same.names.push(name);
  }
  return [...alike.values()].flat();
}

interface Found extends Offsets {
  readonly names: string[];
}

function hasOffsets(offsetAt: OffsetAt, { fromAts, offsetsMs }: Offsets): boolean {
  return fromAts.every((at, i) => {
    const before = i === 0 || offsetAt(at - 1) === offsetsMs[i - 1];
    return before && offsetAt(at) === offsetsMs[i];
  });
}

/** Reads one zone closely, unless it has never been seen to change. */
function offsetsOf(
  offsetAt: OffsetAt,
  looks: readonly EpochMs[],
  looked: readonly DurationMs[],
  endAt: EpochMs,
): Offsets {
  const [startAt = 0] = looks;
  const fromAts = [startAt];
  const offsetsMs = [offsetAt(startAt)];
  if (new Set(looked).size === 1) return { fromAts, offsetsMs };
  for (let at = startAt; at < endAt; at += SHORTEST_MS) {
    const next = Math.min(at + SHORTEST_MS, endAt);
    const offset = offsetAt(next);
    if (offset === offsetsMs.at(-1)) continue;
    fromAts.push(changeBetween(at, next, offsetAt));
    offsetsMs.push(offset);
  }
  return { fromAts, offsetsMs };
}

/** Clocks are changed at a whole minute. */
function changeBetween(from: EpochMs, to: EpochMs, offsetAt: OffsetAt): EpochMs {
  let [low, high] = [from / MINUTE_MS, to / MINUTE_MS];
  const before = offsetAt(from);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * MINUTE_MS) === before) low = middle;
    else high = middle;
  }
  return high * MINUTE_MS;
}

/** Day and time say enough: nowhere is it two days later or earlier than in UTC. */
function offsetReader(timeZone: string): OffsetAt {
  const fields = { day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    ...fields,
  });
  return (at) => {
    // Such as "01, 13:45".
    const text = format.format(at);
    const [day, hour, minute] = [text.slice(0, 2), text.slice(4, 6), text.slice(7, 9)].map(Number);
    const utc = new Date(at);
    const days = (day ?? 0) - utc.getUTCDate();
    // At the end of a month the next day is the first.
    const ahead = Math.abs(days) > 1 ? -Math.sign(days) : days;
    const minutes = (hour ?? 0) * 60 + (minute ?? 0) - utc.getUTCHours() * 60 - utc.getUTCMinutes();
    return (ahead * 1_440 + minutes) * MINUTE_MS;
  };
}
