import { expect, it } from 'vitest';
import { History } from '../../../src/dashboard/data/history.ts';
import { sample } from './samples.ts';

function seconds(history: History): number[] {
  return history.samples.map(({ atMs }) => atMs / 1_000);
}

it('keeps what is not older than it should', () => {
  const history = new History(10_000);
  for (const at of [0, 5, 10, 11]) history.push(sample(at, {}));
  expect(seconds(history)).toEqual([5, 10, 11]);
});

it('marks one gap, however often it is told of it, and none before the first sample', () => {
  const history = new History(60_000);
  history.interrupt(0);
  history.push(sample(1, {}));
  history.interrupt(2_000);
  history.interrupt(3_000);
  history.push(sample(4, {}));
  expect(seconds(history)).toEqual([1, 2, 4]);
  expect(history.samples[1]?.counts).toBeUndefined();
});

it.each([
  { entered: 4, exited: 2 },
  { entered: 5, exited: 1 },
])('begins anew when a count that only grows is lower: %o', (lower) => {
  const history = new History(60_000);
  history.push(sample(1, { entered: 5, exited: 2 }));
  history.push(sample(2, lower));
  expect(seconds(history)).toEqual([2]);
});

it('goes on when members fall', () => {
  const history = new History(60_000);
  history.push(sample(1, { members: 9 }));
  history.push(sample(2, { members: 1 }));
  expect(seconds(history)).toEqual([1, 2]);
});
