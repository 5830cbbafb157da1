import { expect, test } from 'vitest';
import { UTC, type Zone } from '../../src/base/zone.ts';
import { capLimits, periodStartAt } from '../../src/campaign/cap-limit.ts';
import { parseInstant } from '../../src/base/time.ts';

const at = (text: string): number => parseInstant(text) ?? Number.NaN;

/** Clocks go from UTC+1 to UTC+2 on Sunday 29 March 2026, at 01:00 UTC. */
const BERLIN: Zone = {
  name: 'Europe/Berlin',
  fromAts: [0, at('2026-03-29T01:00:00Z')],
  offsetsMs: [3_600_000, 7_200_000],
};

test.each([
  ['day', UTC, '2026-11-22T12:00:00Z', '2026-11-22T00:00:00Z'],
  ['day', UTC, '2026-11-22T00:00:00Z', '2026-11-22T00:00:00Z'],
  ['day', UTC, '2026-11-21T23:59:59.999Z', '2026-11-21T00:00:00Z'],
  ['week', UTC, '2026-11-22T12:00:00Z', '2026-11-16T00:00:00Z'],
  ['week', UTC, '2026-11-23T00:00:00Z', '2026-11-23T00:00:00Z'],
  ['week', UTC, '1970-01-01T00:00:00Z', '1969-12-29T00:00:00Z'],
  ['month', UTC, '2026-11-22T12:00:00Z', '2026-11-01T00:00:00Z'],
  ['month', UTC, '2026-12-01T00:00:00Z', '2026-12-01T00:00:00Z'],
  ['day', BERLIN, '2026-03-28T23:30:00Z', '2026-03-28T23:00:00Z'],
  ['day', BERLIN, '2026-03-29T12:00:00Z', '2026-03-28T23:00:00Z'],
  ['day', BERLIN, '2026-03-30T00:00:00Z', '2026-03-29T22:00:00Z'],
  ['week', BERLIN, '2026-03-30T00:00:00Z', '2026-03-29T22:00:00Z'],
  ['month', BERLIN, '2026-04-10T00:00:00Z', '2026-03-31T22:00:00Z'],
] as const)('the %s of %j at %s begins at %s', (period, zone, now, start) => {
  expect(periodStartAt(period, at(now), zone)).toBe(at(start));
});

test('what counts lies after: a span ago does not, the first instant of a period does', () => {
  const now = at('2026-11-22T12:00:00Z');
  const caps = [
    { kind: 'rolling', max: 3, withinMs: 1_000 },
    { kind: 'calendar', max: 1, per: 'day' },
  ] as const;
  expect(capLimits(caps, now, UTC)).toEqual([
    { max: 3, since: now - 1_000 },
    { max: 1, since: at('2026-11-22T00:00:00Z') - 1 },
  ]);
});
