import { expect, it } from 'vitest';
import { CustomerRate } from '../../../../src/roles/gateway/ingest/customer-rate.ts';

it('admits so many a second of each customer', () => {
  const rate = new CustomerRate(3, 12_345);
  const admitted = (customer: string, now: number): number =>
    Array.from({ length: 10 }, () => rate.admits(customer, now)).filter(Boolean).length;
  expect(admitted('robot', 5_000)).toBe(3);
  expect(admitted('robot', 5_999)).toBe(0);
  expect(admitted('ann', 5_999)).toBe(3);
  expect(admitted('robot', 6_000)).toBe(3);
});

it('is hardly ever wrong about someone quiet while others are busy', () => {
  const rate = new CustomerRate(10, 4_711);
  for (let robot = 0; robot < 100; robot++)
    for (let i = 0; i < 50; i++) rate.admits(`robot-${robot}`, 0);
  const refused = Array.from({ length: 2_000 }, (_, i) => rate.admits(`quiet-${i}`, 0));
  expect(refused.filter((isIn) => !isIn).length).toBeLessThan(60);
});

it('which customers share a place depends on the salt', () => {
  const sharing = (salt: number): string => {
    const rate = new CustomerRate(1, salt);
    return Array.from({ length: 3_000 }, (_, i) => (rate.admits(`c${i}`, 0) ? '' : i)).join();
  };
  expect(sharing(1)).not.toBe(sharing(2));
});
