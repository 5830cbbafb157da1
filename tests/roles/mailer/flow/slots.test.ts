import { expect, test } from 'vitest';
import { Slots } from '../../../../src/roles/mailer/flow/slots.ts';

test('so many at once, and the next in the order in which they came', async () => {
  const slots = new Slots(2);
  const log: string[] = [];
  const ends: (() => void)[] = [];
  const run = (name: string): Promise<void> =>
    slots.use(() => {
      log.push(name);
      return new Promise((resolve) => ends.push(resolve));
    });
  const all = ['a', 'b', 'c', 'd'].map(run);
  await Promise.resolve();
  expect(log).toEqual(['a', 'b']);
  ends[1]?.();
  await all[1];
  await Promise.resolve();
  expect(log).toEqual(['a', 'b', 'c']);
  ends[0]?.();
  ends[2]?.();
  await Promise.all([all[0], all[2]]);
  ends[3]?.();
  await all[3];
  expect(log).toEqual(['a', 'b', 'c', 'd']);
});

test('who fails gives the slot back', async () => {
  const slots = new Slots(1);
  await expect(slots.use(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await slots.use(() => Promise.resolve('yes'))).toBe('yes');
});
