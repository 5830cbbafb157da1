import type { SegmentId } from '../../src/base/id.ts';
import type { Json } from '../../src/base/json.ts';
import type { DurationMs, EpochMs } from '../../src/base/time.ts';

/*
 * The small alphabet that random rules and random histories share, so that they meet: few names,
 * few values, and lengths of time that occur both as windows and as distances between events.
 */

/** Where and when a history takes place. */
export interface World {
  /** IANA name. */
  readonly zone: string;
  readonly startAt: EpochMs;
  /** Instants at which the calendar does something: midnights, changes of the clock, first days. */
  readonly anchorAts: readonly EpochMs[];
  /** Days near the history. */
  readonly days: readonly string[];
}

function world(
  zone: string,
  start: string,
  anchors: readonly string[],
  days: readonly string[],
): World {
  return { zone, startAt: Date.parse(start), anchorAts: anchors.map((at) => Date.parse(at)), days };
}

/** The clocks jump from 2:00 to 3:00 on a Sunday; the Wednesday after it begins a month. */
export const SPRING: World = world(
  'Europe/Berlin',
  '2026-03-28T20:00:00Z',
  ['2026-03-28T23:00:00Z', '2026-03-29T01:00:00Z', '2026-03-29T22:00:00Z', '2026-03-31T22:00:00Z'],
  ['2026-03-28', '2026-03-29', '2026-03-30', '2026-04-01'],
);

export const WORLDS: readonly World[] = [
  world(
    'UTC',
    '2025-02-28T20:00:00Z',
    ['2025-03-01T00:00:00Z', '2025-03-03T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['2025-02-28', '2025-03-01', '2024-02-29', '2025-03-02'],
  ),
  SPRING,
  // A day of 25 hours, and a Sunday that begins a month.
  world(
    'Europe/Berlin',
    '2026-10-24T20:00:00Z',
    [
      '2026-10-24T22:00:00Z',
      '2026-10-25T01:00:00Z',
      '2026-10-25T23:00:00Z',
      '2026-10-31T23:00:00Z',
    ],
    ['2026-10-24', '2026-10-25', '2026-10-26', '2026-11-01'],
  ),
  // Sunday, 4 November 2018 has no midnight here: it begins at 1:00.
  world(
    'America/Sao_Paulo',
    '2018-11-03T23:00:00Z',
    [
      '2018-11-04T03:00:00Z',
      '2018-11-05T02:00:00Z',
      '2018-12-01T02:00:00Z',
      '2019-01-01T02:00:00Z',
    ],
    ['2018-11-03', '2018-11-04', '2018-11-05', '2018-11-06'],
  ),
  // At midnight the clocks go back to 23:00 of the day before.
  world(
    'America/Sao_Paulo',
    '2018-02-17T22:00:00Z',
    [
      '2018-02-18T02:00:00Z',
      '2018-02-18T03:00:00Z',
      '2018-02-19T03:00:00Z',
      '2018-03-01T03:00:00Z',
    ],
    ['2018-02-17', '2018-02-18', '2018-02-19', '2018-03-01'],
  ),
  world(
    'UTC',
    '2024-02-28T20:00:00Z',
    [
      '2024-02-29T00:00:00Z',
      '2024-03-01T00:00:00Z',
      '2024-03-04T00:00:00Z',
      '2025-03-01T00:00:00Z',
    ],
    ['2024-02-28', '2024-02-29', '2024-03-01', '1996-02-29'],
  ),
];

export const CUSTOMERS = ['ann', 'bob', 'zoë', '7'] as const;

/** Not in the order in which they refer to one another. */
export const SEGMENTS: readonly SegmentId[] = ['m', 'z', 'a', 'k'];

export const EVENTS = ['Product Viewed', 'Product Added', 'Order Completed'] as const;

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];

/** Windows of rules, and distances of events. For ten minutes messageIds are remembered. */
export const DURATIONS_MS: readonly DurationMs[] = [
  5,
  10,
  second,
  10 * second,
  10 * minute,
  hour,
  3 * hour,
  day,
  2 * day,
];

/** Those of which many fit into one history. */
export const SHORT_MS: readonly DurationMs[] = DURATIONS_MS.filter((ms) => ms <= 10 * minute);

/** How long anonymous customers are known; mostly for ever. */
export const SILENCES_MS: readonly (DurationMs | undefined)[] = [
  undefined,
  undefined,
  10 * minute,
  3 * hour,
  day,
];

/** Birth dates and other dates: some years before a day near the history. */
export const YEARS_AGO: readonly number[] = [0, 1, 18, 35, 36];

export const CATEGORIES = ['toys', 'toy-books', 'Bücher', ''] as const;

/** Two whose order by UTF-8 bytes is not that by UTF-16 units. */
export const WIDE = ['😀', 'ｚ'] as const;

/** Everyday amounts, ties of rounding and sums that floating point misses among them. */
export const NUMBERS: readonly number[] = [
  0.1, 0.1, 0.2, 0, 5, 10, -5, 10.00005, -10.00005, 10.00004,
];

/** The ends of what is kept. */
export const EXTREMES: readonly number[] = [9e11, -9e11, 900_000_000_000.0001, 1e21, 1e-7];

/** What numbers are held against. */
export const THRESHOLDS: readonly number[] = [
  0, 0.1, 0.2, 0.3, 0.15, 5, 5.05, 5.1, 10, 10.0001, 10.00005, 10.1, 20, -5, 9e11,
];

export const SCALARS: readonly (string | number | boolean)[] = [
  ...CATEGORIES,
  5,
  '5',
  true,
  false,
  0.1,
];

export const LISTS: readonly Json[] = [
  [],
  ['toys'],
  ['toys', 'Bücher', 5],
  [{ category: 'toys', price: 5 }],
  [7, { category: 'toy-books' }, null, { price: 0.1 }],
];
