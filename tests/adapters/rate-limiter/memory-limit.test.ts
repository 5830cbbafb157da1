import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { memoryLimiting } from '../../../src/adapters/rate-limiter/memory-limit.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('so many a second, each name for itself', async () => {
  const limit = memoryLimiting(10);
  expect(await limit.waitMs('ann')).toBeUndefined();
  await limit.charge('ann', 9);
  expect(await limit.waitMs('ann')).toBeUndefined();
  await limit.charge('ann', 1);
  expect(await limit.waitMs('ann')).toBe(1_000);
  expect(await limit.waitMs('ben')).toBeUndefined();
  vi.advanceTimersByTime(400);
  expect(await limit.waitMs('ann')).toBe(600);
  vi.advanceTimersByTime(600);
  expect(await limit.waitMs('ann')).toBeUndefined();
});

test('what is too much at once is let in, and waited for', async () => {
  const limit = memoryLimiting(10);
  await limit.charge('ann', 35);
  expect(await limit.waitMs('ann')).toBe(3_500);
  vi.advanceTimersByTime(3_499);
  expect(await limit.waitMs('ann')).toBe(1);
  vi.advanceTimersByTime(1);
  expect(await limit.waitMs('ann')).toBeUndefined();
});

test('over a long time no more comes in than is allowed', async () => {
  const limit = memoryLimiting(10);
  let taken = 0;
  for (let ms = 0; ms < 60_000; ms += 50) {
    if ((await limit.waitMs('ann')) === undefined) {
      await limit.charge('ann', 7);
      taken += 7;
    }
    vi.advanceTimersByTime(50);
  }
  expect(taken).toBeGreaterThan(500);
  expect(taken).toBeLessThanOrEqual(610);
});
