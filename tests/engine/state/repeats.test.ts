import { expect, test } from 'vitest';
import { Repeats } from '../../../src/engine/state/repeats.ts';

test('an id is remembered for the window, and counts again after it', () => {
  const repeats = new Repeats(1_000, 100);
  expect(repeats.admit('ann', 'a', 5_000)).toBe(true);
  expect(repeats.admit('ann', 'a', 5_999)).toBe(false);
  expect(repeats.admit('bob', 'a', 5_999)).toBe(true);
  expect(repeats.admit('ann', 'a', 6_000)).toBe(true);
  expect([repeats.spanMs(6_000), repeats.forgottenEarly]).toEqual([1_000, 0]);
});

test('too many ids shrink the window, which says so', () => {
  const repeats = new Repeats(1_000, 3);
  for (const [i, at] of [0, 100, 200].entries()) repeats.admit('ann', `id-${i}`, at);
  expect([repeats.spanMs(250), repeats.forgottenEarly]).toEqual([250, 0]);
  repeats.admit('ann', 'id-3', 300);
  expect([repeats.spanMs(300), repeats.forgottenEarly]).toEqual([200, 1]);
  expect(repeats.admit('ann', 'id-1', 300)).toBe(false);
  expect(repeats.admit('ann', 'id-0', 300)).toBe(true);
  // They are too old by now, which is nobody's loss.
  repeats.admit('ann', 'id-4', 9_000);
  expect([repeats.spanMs(9_000), repeats.forgottenEarly]).toEqual([1_000, 2]);
});
