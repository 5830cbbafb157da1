import { expect, test } from 'vitest';
import { UploadLimit } from '../../../../src/roles/owner/checkpoint/upload-limit.ts';
import type { Clock } from '../../../../src/roles/ports/clock.ts';

/** A clock that moves by being slept on. */
function sleepyClock(): Clock & { nowMs: number } {
  return {
    nowMs: 1_000_000,
    now() {
      return this.nowMs;
    },
    async sleep(ms) {
      this.nowMs += ms;
    },
  };
}

test('a little goes at once, and what is more as fast as the limit says', async () => {
  const clock = sleepyClock();
  const limit = new UploadLimit(clock, 1_000_000);
  const { signal } = new AbortController();
  await limit.take(200_000, signal);
  expect(clock.nowMs).toBe(1_000_000);
  for (let i = 0; i < 20; i++) await limit.take(250_000, signal);
  expect(clock.nowMs - 1_000_000).toBe(5_200 - 250);
});

test('a rest is not saved up', async () => {
  const clock = sleepyClock();
  const limit = new UploadLimit(clock, 1_000_000);
  const { signal } = new AbortController();
  await limit.take(1, signal);
  clock.nowMs += 3_600_000;
  const before = clock.nowMs;
  await limit.take(1_000_000, signal);
  expect(clock.nowMs - before).toBe(750);
});
