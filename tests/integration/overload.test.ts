import { expect, test } from 'vitest';
import { GROWTH_BYTES_MAX } from '../soak/overload/main.ts';
import { overload } from '../soak/overload/overload.ts';

/* The short form of `npm run soak -- overload`. */
test('three times what it can take: 200, 429 or 503, and nothing that was acknowledged is lost', async () => {
  const result = await overload({ engine: 'uws', measureMs: 1_500, overloadMs: 3_000, times: 3 });
  expect(result.failures).toEqual({});
  const { 200: stored = 0, 429: busy = 0, 503: away = 0, ...others } = result.statuses;
  expect(others).toEqual({});
  expect(stored).toBeGreaterThan(0);
  expect(busy + away).toBeGreaterThan(0);
  expect(result.acknowledged).toBe(stored * 100);
  expect(result.missing).toBe(0);
  expect(result.bytesAtFirst).toBeGreaterThan(0);
  expect(result.bytesAtMost - result.bytesAtFirst).toBeLessThan(GROWTH_BYTES_MAX);
  expect(result.isWell).toBe(true);
});
