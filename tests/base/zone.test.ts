import { describe, expect, it } from 'vitest';
import { formatInstant, parseInstant } from '../../src/base/time.ts';
import {
  UTC,
  instantOfLocal,
  minuteOfDayAt,
  nextShowing,
  offsetAt,
  type Zone,
} from '../../src/base/zone.ts';

const at = (text: string): number => parseInstant(text) ?? Number.NaN;
const local = (text: string): number => at(`${text}Z`);
const hours = (...offsets: number[]): number[] => offsets.map((offset) => offset * 3_600_000);

/** Berlin in 2024: an hour ahead on 31 March at 01:00 UTC, and back on 27 October. */
const berlin: Zone = {
  name: 'Europe/Berlin',
  fromAts: [at('2023-10-29T01:00:00Z'), at('2024-03-31T01:00:00Z'), at('2024-10-27T01:00:00Z')],
  offsetsMs: hours(1, 2, 1),
};

/** Santiago jumps at midnight: the day of 8 September 2024 began at 01:00. */
const santiago: Zone = {
  name: 'America/Santiago',
  fromAts: [at('2023-09-03T04:00:00Z'), at('2024-04-07T03:00:00Z'), at('2024-09-08T04:00:00Z')],
  offsetsMs: hours(-3, -4, -3),
};

/** Apia left out the whole of 30 December 2011: from UTC-10 to UTC+14. */
const apia: Zone = {
  name: 'Pacific/Apia',
  fromAts: [at('2011-09-24T14:00:00Z'), at('2011-12-30T10:00:00Z')],
  offsetsMs: hours(-10, 14),
};

describe('offsetAt', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 1],
    ['2024-03-31T00:59:59.999Z', 1],
    ['2024-03-31T01:00:00Z', 2],
    ['2024-10-27T00:59:59.999Z', 2],
    ['2024-10-27T01:00:00Z', 1],
    ['2999-01-01T00:00:00Z', 1],
  ])('in Berlin at %s: %d h', (text, offset) => {
    expect(offsetAt(berlin, at(text))).toBe(offset * 3_600_000);
  });

  it('is 0 in UTC', () => {
    expect(offsetAt(UTC, -1)).toBe(0);
    expect(offsetAt(UTC, at('2024-07-01T00:00:00Z'))).toBe(0);
  });
});

describe('instantOfLocal', () => {
  it.each([
    [UTC, '2024-05-01T00:00:00', '2024-05-01T00:00:00.000Z'],
    [berlin, '2024-01-01T00:00:00', '2023-12-31T23:00:00.000Z'],
    [berlin, '2024-07-01T00:00:00', '2024-06-30T22:00:00.000Z'],
    // The days of both changes begin before their change.
    [berlin, '2024-03-31T00:00:00', '2024-03-30T23:00:00.000Z'],
    [berlin, '2024-04-01T00:00:00', '2024-03-31T22:00:00.000Z'],
    [berlin, '2024-10-27T00:00:00', '2024-10-26T22:00:00.000Z'],
    [berlin, '2024-10-28T00:00:00', '2024-10-27T23:00:00.000Z'],
    // The hour that is left out begins with the jump, the one that comes twice the first time.
    [berlin, '2024-03-31T02:00:00', '2024-03-31T01:00:00.000Z'],
    [berlin, '2024-03-31T02:30:00', '2024-03-31T01:00:00.000Z'],
    [berlin, '2024-03-31T03:00:00', '2024-03-31T01:00:00.000Z'],
    [berlin, '2024-03-31T03:30:00', '2024-03-31T01:30:00.000Z'],
    [berlin, '2024-10-27T02:00:00', '2024-10-27T00:00:00.000Z'],
    [berlin, '2024-10-27T02:30:00', '2024-10-27T00:30:00.000Z'],
    [berlin, '2024-10-27T03:00:00', '2024-10-27T02:00:00.000Z'],
    // A midnight that no clock shows, and one that they show twice.
    [santiago, '2024-09-08T00:00:00', '2024-09-08T04:00:00.000Z'],
    [santiago, '2024-09-09T00:00:00', '2024-09-09T03:00:00.000Z'],
    [santiago, '2024-04-06T23:30:00', '2024-04-07T02:30:00.000Z'],
    [santiago, '2024-04-07T00:00:00', '2024-04-07T04:00:00.000Z'],
    // A day that is left out begins with the next.
    [apia, '2011-12-29T00:00:00', '2011-12-29T10:00:00.000Z'],
    [apia, '2011-12-30T00:00:00', '2011-12-30T10:00:00.000Z'],
    [apia, '2011-12-31T00:00:00', '2011-12-30T10:00:00.000Z'],
    [apia, '2012-01-01T00:00:00', '2011-12-31T10:00:00.000Z'],
  ])('case %#', (zone, text, instant) => {
    expect([zone.name, text, formatInstant(instantOfLocal(zone, local(text)))]).toEqual([
      zone.name,
      text,
      instant,
    ]);
  });

  it('is the first instant whose local time is not before, at every quarter of an hour', () => {
    const step = 900_000;
    for (const zone of [berlin, santiago]) {
      for (const changeAt of zone.fromAts.slice(1)) {
        for (let time = changeAt - 36 * step * 4; time <= changeAt + 36 * step * 4; time += step) {
          let first = time - 20 * 4 * step;
          while (first + offsetAt(zone, first) < time) first += step;
          expect(formatInstant(instantOfLocal(zone, time))).toBe(formatInstant(first));
        }
      }
    }
  });
});

describe('when clocks next show a time of day', () => {
  const shown = (zone: Zone, from: string, time: string): string => {
    const [hours, minutes] = time.split(':').map(Number);
    const at = nextShowing(zone, Date.parse(from), (hours ?? 0) * 60 + (minutes ?? 0));
    return formatInstant(at);
  };

  it.each([
    ['later this day', UTC, '2026-01-05T09:00:00.001Z', '10:00', '2026-01-05T10:00:00.000Z'],
    ['just then', UTC, '2026-01-05T10:00:00.000Z', '10:00', '2026-01-05T10:00:00.000Z'],
    ['the day after', UTC, '2026-01-05T10:00:00.001Z', '10:00', '2026-01-06T10:00:00.000Z'],
    ['before the epoch', UTC, '1969-12-31T23:59:00.000Z', '00:00', '1970-01-01T00:00:00.000Z'],
    ['in summer', berlin, '2024-07-01T00:00:00.000Z', '10:00', '2024-07-01T08:00:00.000Z'],
    ['jumped over', berlin, '2024-03-30T22:00:00.000Z', '02:30', '2024-03-31T01:00:00.000Z'],
    ['at the very jump', berlin, '2024-03-31T01:00:00.000Z', '02:30', '2024-03-31T01:00:00.000Z'],
    ['after the jump', berlin, '2024-03-31T01:00:00.001Z', '02:30', '2024-04-01T00:30:00.000Z'],
    ['shown twice', berlin, '2024-10-26T22:00:00.000Z', '02:30', '2024-10-27T00:30:00.000Z'],
    ['shown again', berlin, '2024-10-27T00:30:00.001Z', '02:30', '2024-10-27T01:30:00.000Z'],
    ['a day left out', apia, '2011-12-29T22:00:00.000Z', '11:00', '2011-12-30T10:00:00.000Z'],
  ])('%s', (_case, zone, from, time, wanted) => {
    expect(shown(zone, from, time)).toBe(wanted);
  });

  it('and which minute they show', () => {
    expect(minuteOfDayAt(berlin, Date.parse('2024-07-01T22:01:59.999Z'))).toBe(1);
    expect(minuteOfDayAt(UTC, -1)).toBe(1_439);
  });
});
