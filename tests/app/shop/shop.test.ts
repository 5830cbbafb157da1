import { describe, expect, it } from 'vitest';
import { loadSegments } from '../../../src/app/definitions-folder.ts';
import { projectPath } from '../../../src/app/root.ts';
import { history } from '../../../src/app/shop/history.ts';
import { LiveShop } from '../../../src/app/shop/live-shop.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, formatInstant } from '../../../src/base/time.ts';
import type { CustomerEvent } from '../../../src/rules/event.ts';
import { isRejection, readEvent } from '../../../src/wire/event.ts';
import { isMember } from '../../model/holds.ts';

const END_AT = Date.UTC(2025, 5, 1);
const SHOP = { seed: 1, customers: 700 };

function byCustomer(events: readonly CustomerEvent[]): Map<string, CustomerEvent[]> {
  const lives = new Map<string, CustomerEvent[]>();
  for (const event of events) {
    const life = lives.get(event.customer) ?? [];
    life.push(event);
    lives.set(event.customer, life);
  }
  return lives;
}

/** The message that would have become this event. */
function asMessage(event: CustomerEvent): unknown {
  const { type, customer, messageId, at, properties, context } = event;
  const names = type === 'track' ? { event: event.event } : {};
  const traits = type === 'identify' ? { traits: properties } : { properties };
  return {
    type,
    userId: customer,
    messageId,
    timestamp: formatInstant(at),
    context,
    ...names,
    ...traits,
  };
}

describe('the history of the shop', () => {
  const events = [...history(SHOP, END_AT)];
  const lives = byCustomer(events);

  it('follows from the seed', () => {
    expect([...history(SHOP, END_AT)]).toEqual(events);
    expect([...history({ ...SHOP, seed: 2 }, END_AT)]).not.toEqual(events);
  });

  it('is made while it is read: a million customers cost nothing', () => {
    const first = history({ seed: 1, customers: 1_000_000 }, END_AT).next();
    expect(first.value).toEqual(events[0]);
  });

  it('lies in the year before its end, ascending for each customer, begun by an identify', () => {
    expect(lives.size).toBe(SHOP.customers);
    for (const life of lives.values()) {
      const ats = life.map(({ at }) => at);
      expect(ats).toEqual(ats.toSorted((a, b) => a - b));
      expect(ats[0]).toBeGreaterThan(END_AT - 366 * 24 * HOUR_MS);
      expect(ats.at(-1)).toBeLessThanOrEqual(END_AT);
      expect(life[0]).toMatchObject({ type: 'identify' });
    }
  });

  it('has about 25 events a customer, each with a messageId of its own', () => {
    expect(events.length / SHOP.customers).toBeGreaterThan(20);
    expect(events.length / SHOP.customers).toBeLessThan(32);
    expect(new Set(events.map(({ messageId }) => messageId)).size).toBe(events.length);
  });

  it('has events as the wire would have them', () => {
    for (const event of events.slice(0, 2_000)) {
      const read = readEvent(asMessage(event));
      expect(isRejection(read) ? read : { ...read }).toEqual(event);
    }
  });

  it('has mail addresses that reach nobody', () => {
    const addresses = events.flatMap(({ type, properties }) =>
      type === 'identify' ? [properties['email']] : [],
    );
    for (const address of addresses) expect(address).toMatch(/^[a-z0-9.]+@example\.com$/);
    expect(new Set(addresses).size).toBe(SHOP.customers);
  });

  it('sums up its orders', () => {
    const orders = events.filter(({ event }) => event === 'Order Completed');
    for (const { properties } of orders) {
      // As orders are made.
      const lines = properties['products'] as { price: number; quantity: number }[];
      const total = lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
      expect(properties).toMatchObject({ total, currency: 'RUB' });
    }
    expect(orders.length).toBeGreaterThan(100);
  });

  it('gives every shipped segment some customers, and none too many', async () => {
    const segments = await loadSegments(projectPath('config/segments'));
    const known = new Map(segments.map((segment) => [segment.id, segment]));
    const memberLists = segments.map(({ rule }) =>
      [...lives]
        .filter(([customer, life]) => {
          const seen = life.map((event) => ({ event, at: event.at }));
          return isMember(rule, {
            customer,
            events: seen,
            at: END_AT,
            segments: known,
            zone: 'UTC',
          });
        })
        .map(([customer]) => customer),
    );
    for (const members of memberLists) {
      expect(members.length / SHOP.customers).toBeGreaterThan(0.02);
      expect(members.length / SHOP.customers).toBeLessThan(0.4);
    }
    expect(new Set(memberLists.map(String)).size).toBe(segments.length);
  });
});

describe('the live shop', () => {
  const SETTINGS = { ...SHOP, startAt: END_AT, rate: 100 };

  function run(stepMs: number, forMs: number): { events: CustomerEvent[]; shop: LiveShop } {
    const shop = new LiveShop(SETTINGS);
    const events: CustomerEvent[] = [];
    for (let now = END_AT; now <= END_AT + forMs; now += stepMs)
      events.push(...shop.eventsUntil(now));
    return { events, shop };
  }

  it('tells the same, however often it is asked', () => {
    const often = run(SECOND_MS, 2 * MINUTE_MS).events;
    expect(often.length).toBeGreaterThan(5_000);
    expect(run(2 * MINUTE_MS, 2 * MINUTE_MS).events).toEqual(often);
  });

  it('keeps the order of time and never tells what is still to come', () => {
    const shop = new LiveShop(SETTINGS);
    let before = END_AT;
    for (let now = END_AT; now < END_AT + 2 * MINUTE_MS; now += 700) {
      const ats = shop.eventsUntil(now).map(({ at }) => at);
      expect([before, ...ats, now]).toEqual([before, ...ats, now].toSorted((a, b) => a - b));
      before = ats.at(-1) ?? before;
    }
  });

  it('keeps about its rate, has newcomers, courses, and carts both left and bought', () => {
    const { events, shop } = run(SECOND_MS, 10 * MINUTE_MS);
    const perSecond = events.length / 600;
    expect(perSecond).toBeGreaterThan(90);
    expect(perSecond).toBeLessThan(110);
    expect(shop.customers).toBeGreaterThan(SHOP.customers);
    const courses = events.filter(
      ({ type, properties }) => type === 'identify' && !('name' in properties),
    );
    expect(courses.length / 10).toBeGreaterThan(2);
    expect(courses.length / 10).toBeLessThan(10);
    const count = (name: string): number => events.filter(({ event }) => event === name).length;
    const [added, bought] = [count('Product Added'), count('Order Completed')];
    expect(bought).toBeGreaterThan(added / 10);
    expect(bought).toBeLessThan(added * 0.7);
  });

  it('repeats no messageId of history', () => {
    const known = new Set([...history(SHOP, END_AT)].map(({ messageId }) => messageId));
    const ids = run(SECOND_MS, MINUTE_MS).events.map(({ messageId }) => messageId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.some((id) => known.has(id))).toBe(false);
  });
});
