import type { CustomerEvent } from '../../src/rules/event.ts';
import type { Random } from './random.ts';

/** What a gateway is to send next, by its own clock. */
export type EventMaker = (random: Random, now: () => number) => Omit<CustomerEvent, 'messageId'>;

export const SHOPPERS: readonly string[] = ['ann', 'bob', 'zoë', '7', 'eve', 'kim'];

/** Views and orders of a few customers, some of them late, and what they say of themselves. */
export function shopEvent(customers: readonly string[]): EventMaker {
  return (random, now) => {
    const customer = random.pick(customers);
    const at = now() - (random.chance(0.1) ? random.between(0, 20_000) : 0);
    const base = { customer, at, context: {} };
    const lot = random.next();
    if (lot < 0.15) {
      const properties = { plan: random.pick(['vip', 'free']) };
      return { ...base, type: 'identify', event: '$identify', properties };
    }
    if (lot < 0.6) return { ...base, type: 'track', event: 'Product Viewed', properties: {} };
    const properties = { total: random.pick([0.1, 10, 25.5]) };
    return { ...base, type: 'track', event: 'Order Completed', properties };
  };
}
