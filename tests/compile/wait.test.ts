import fc from 'fast-check';
import { expect, test } from 'vitest';
import { zoneOf } from '../../src/app/zone.ts';
import { parseInstant } from '../../src/base/time.ts';
import { compileWait, longestWaitMs } from '../../src/compile/wait.ts';

const NOW = parseInstant('2026-11-22T12:00:00Z') ?? 0;
/** In Apia there was no 30 December 2011; the others put clocks on by two hours, by one, never. */
const ZONES = ['Pacific/Apia', 'Antarctica/Troll', 'Europe/Berlin', 'Asia/Kolkata'].map((name) =>
  zoneOf(name, NOW),
);
const NEAR = ['2011-12-29T12:00:00Z', '2026-03-29T00:00:00Z', '2026-10-25T00:00:00Z'];

const minute = fc.nat({ max: 1_439 });
const ms = fc.constantFrom(0, 1, 3_600_000, 90_000_000);
const from = fc
  .tuple(fc.constantFrom(...NEAR), fc.integer({ min: -172_800_000, max: 172_800_000 }))
  .map(([near, by]) => (parseInstant(near) ?? 0) + by);
const wait = fc.oneof(
  fc.record({ kind: fc.constant('for' as const), ms }),
  fc.record({ kind: fc.constant('until' as const), minuteOfDay: minute, afterMs: ms }),
);
const quietHours = fc.option(fc.record({ fromMinute: minute, toMinute: minute }), {
  nil: undefined,
});

test('no wait is longer than the longest, wherever the recipient is', () => {
  fc.assert(
    fc.property(wait, quietHours, from, fc.constantFrom(...ZONES), (one, quiet, at, zone) => {
      const waiting = { wait: one, quietHours: quiet };
      expect(compileWait(waiting)(at, zone) - at).toBeLessThan(longestWaitMs(waiting));
    }),
    { numRuns: 2_000 },
  );
});
