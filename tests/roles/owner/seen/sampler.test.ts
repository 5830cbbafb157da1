import { expect, test } from 'vitest';
import { Sampler } from '../../../../src/roles/owner/seen/sampler.ts';

/** How many of so many events a second are taken, in each of some seconds. */
function taken(perSecond: readonly number[]): number[] {
  const sampler = new Sampler();
  return perSecond.map((events, second) => {
    let count = 0;
    for (let i = 0; i < events; i++) {
      sampler.beat(second * 1_000 + Math.floor((i * 1_000) / events));
      if (sampler.takes()) count += 1;
    }
    return count;
  });
}

test.each([
  ['few are all taken', [50, 199], [50, 199]],
  ['of many about two hundred a second are', [100_000, 100_000, 100_000], [200, 200, 200]],
  ['after many, few are all taken again', [100_000, 150, 150], [200, 1, 150]],
])('%s', (_, perSecond, wanted) => {
  expect(taken(perSecond)).toEqual(wanted);
});

test('of many those are taken that lie far apart', () => {
  const sampler = new Sampler();
  const at: number[] = [];
  for (let i = 0; i < 200_000; i++) {
    sampler.beat(Math.floor(i / 100));
    if (sampler.takes() && i >= 100_000) at.push(i);
  }
  expect(new Set(at.slice(1).map((place, i) => place - (at[i] ?? 0)))).toEqual(new Set([500]));
});

test('a clock that is set back does not end the sampling', () => {
  const sampler = new Sampler();
  sampler.beat(1_000_000);
  for (let i = 0; i < 1_000; i++) sampler.takes();
  sampler.beat(5_000);
  sampler.beat(6_000);
  expect(sampler.takes()).toBe(true);
});
