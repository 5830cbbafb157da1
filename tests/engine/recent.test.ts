import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { UTC } from '../../src/base/zone.ts';
import { Partition } from '../../src/engine/partition.ts';
import type { Input, PartitionSettings } from '../../src/engine/protocol.ts';
import {
  ORDER_BYTES_MAX,
  packOrder,
  packView,
  unpack,
  VIEW_BYTES_MAX,
} from '../../src/engine/state/recent-record.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { campaignOf } from '../support/campaign.ts';
import { PARAMETERS } from '../support/case-run.ts';

/*
 * The last orders and products viewed, held against a plain recount (invariants of
 * `state/recent.ts`), and the bounds of what is kept of each.
 */

const SETTINGS: PartitionSettings = {
  clock: 'broker',
  graceMs: 1_000,
  dedupWindowMs: 600_000,
  dedupIdsMax: 10_000,
  partitions: 1,
};
const LETTER = campaignOf({ id: 'letter', when: { kind: 'changed', attribute: 'course' } });
const CUSTOMERS = ['ann', 'bob'] as const;
const START_AT = Date.parse('2026-01-01T00:00:00Z');

interface Step {
  /** Moves the broker's clock. */
  readonly afterMs: number;
  readonly history: boolean;
  readonly restored: boolean;
  readonly events: readonly {
    readonly customer: string;
    readonly event: string;
    readonly type: 'track' | 'page';
    readonly product: string | number | undefined;
    /** Later than the clock, or late. */
    readonly aheadMs: number;
    readonly messageId: string | undefined;
  }[];
}

const event = fc.record({
  customer: fc.constantFrom(...CUSTOMERS),
  event: fc.constantFrom('Product Viewed', 'Product Viewed', 'Order Completed', 'Product Added'),
  type: fc.constantFrom('track', 'track', 'track', 'page'),
  product: fc.option(fc.oneof(fc.nat({ max: 14 }), fc.nat({ max: 14 }).map(String)), {
    nil: undefined,
    freq: 9,
  }),
  aheadMs: fc.constantFrom(0, 0, 0, 5_000, -1, -10, -100, -5_000, -60_000),
  messageId: fc.option(fc.constantFrom('m1', 'm2', 'm3'), { nil: undefined, freq: 2 }),
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    afterMs: fc.constantFrom(0, 0, 1, 10, 100, 1_000, 600_000),
    history: fc.constantFrom(false, false, false, true),
    restored: fc.constantFrom(false, false, false, true),
    events: fc.array(event, { minLength: 1, maxLength: 6 }),
  }),
  { minLength: 1, maxLength: 40 },
);

/** What a step sends, each event told apart by a number in what is kept of it. */
function inputsOf(run: readonly Step[]): Input[] {
  let storedAt = START_AT;
  let number = 0;
  return run.map(({ afterMs, history, events }) => {
    storedAt += afterMs;
    const sent = events.map(({ product, aheadMs, ...rest }): CustomerEvent => {
      number++;
      const properties: JsonObject =
        product === undefined ? { order_id: number } : { product_id: product, order_id: number };
      return {
        ...rest,
        at: storedAt + aheadMs,
        properties: { ...properties, price: number },
        context: {},
      };
    });
    return { storedAt, body: { kind: 'events', events: sent, history } };
  });
}

interface Counted {
  readonly event: CustomerEvent;
  readonly at: number;
}

/** Keeps all that counts, in the order of the log. */
class Recount {
  readonly #counted: Counted[] = [];
  readonly #seen = new Map<string, number>();

  apply({ storedAt, body }: Input): void {
    if (body.kind !== 'events') return;
    for (const one of body.events) {
      const key = `${one.customer} ${one.messageId}`;
      const seenAt = this.#seen.get(key);
      if (one.messageId !== undefined) {
        if (seenAt !== undefined && storedAt - seenAt < SETTINGS.dedupWindowMs) continue;
        this.#seen.set(key, storedAt);
      }
      this.#counted.push({ event: one, at: Math.min(one.at, storedAt) });
    }
  }

  /** Latest first. */
  #latest(customer: string, name: string): Counted[] {
    return this.#counted
      .filter(({ event: { type } }) => type === 'track')
      .filter(({ event: one }) => one.customer === customer && one.event === name)
      .toReversed()
      .toSorted((a, b) => b.at - a.at);
  }

  of(customer: string): object {
    const orders = this.#latest(customer, 'Order Completed').slice(0, 5);
    const products = new Map<string, JsonObject>();
    for (const { event: one, at } of this.#latest(customer, 'Product Viewed')) {
      const { product_id = null, price = null } = one.properties;
      const product = typeof product_id === 'number' ? `${product_id}` : product_id;
      if (typeof product !== 'string' || products.has(product)) continue;
      products.set(product, { product_id, price, at });
    }
    return {
      orders: orders.map(({ event: { properties }, at }) => {
        return { order_id: properties['order_id'], at, products: [] };
      }),
      viewed: [...products.values()].slice(0, 10),
    };
  }
}

function stored(engine: Partition): Partition {
  const sections = engine.snapshot().map(({ name, format, bytes }) => {
    return { name, format, bytes: [new Uint8Array(Buffer.concat([...bytes]))] };
  });
  return Partition.restore(SETTINGS, sections);
}

describe('recent events', () => {
  test('are those of a recount, whatever came late, twice, together or after a restore', () => {
    const definitions = { segments: [], campaigns: [LETTER], zone: UTC };
    fc.assert(
      fc.property(steps, (run) => {
        let engine = Partition.withDefinitions(SETTINGS, definitions);
        const recount = new Recount();
        for (const [i, input] of inputsOf(run).entries()) {
          engine.apply(input);
          recount.apply(input);
          if (run[i]?.restored === true) engine = stored(engine);
          for (const customer of CUSTOMERS) {
            expect(engine.questions.recent(customer)).toEqual(recount.of(customer));
          }
        }
      }),
      PARAMETERS,
    );
  });

  test('of pure segmentation nothing is kept', () => {
    const engine = Partition.withDefinitions(SETTINGS, { segments: [], campaigns: [], zone: UTC });
    const names = engine.snapshot().map(({ name }) => name);
    for (const input of inputsOf([
      {
        afterMs: 0,
        history: false,
        restored: false,
        events: [
          {
            customer: 'ann',
            event: 'Order Completed',
            type: 'track',
            product: 1,
            aheadMs: 0,
            messageId: undefined,
          },
        ],
      },
    ])) {
      engine.apply(input);
    }
    expect(engine.questions.recent('ann')).toEqual({ orders: [], viewed: [] });
    expect(engine.questions.memory().recentBytes).toBe(0);
    expect(names.filter((name) => name.startsWith('recent'))).toEqual([]);
  });
});

describe('what is kept of one', () => {
  test('only what letters need', () => {
    const line = { product_id: 7, name: 'Album', price: 12.5, quantity: 2, sku: 'x', tags: ['a'] };
    const order = { order_id: 'o1', total: 25, currency: 'EUR', coupon: 'x', products: [line, 5] };
    expect(unpack(packOrder(order, 3))).toEqual({
      order_id: 'o1',
      total: 25,
      currency: 'EUR',
      at: 3,
      products: [{ product_id: 7, name: 'Album', price: 12.5, quantity: 2 }],
    });
    expect(unpack(packView({ product_id: '7', name: null, brand: 'B', url: '' }, 3))).toEqual({
      product_id: '7',
      brand: 'B',
      url: '',
      at: 3,
    });
  });

  test('a long text is cut between characters, a long link is left out', () => {
    const kept = unpack(
      packView({ product_id: 1, name: `${'a'.repeat(255)}😀`, url: 'u'.repeat(1_025) }, 0),
    );
    expect(kept).toEqual({ product_id: 1, name: 'a'.repeat(255), at: 0 });
  });

  test('an order has ten products at most, and what the bound lets it have', () => {
    const products = (count: number, line: JsonObject): JsonObject => ({
      order_id: 1,
      products: Array.from({ length: count }, () => line),
    });
    const many = unpack(packOrder(products(12, { product_id: 1 }), 0));
    expect(many['products']).toHaveLength(10);
    const wide = { product_id: 1, url: 'ы'.repeat(1_024), image_url: 'ы'.repeat(1_024) };
    const bytes = packOrder(products(10, wide), 0);
    expect(bytes.length).toBeLessThanOrEqual(ORDER_BYTES_MAX);
    expect(unpack(bytes)['products']).toHaveLength(1);
  });

  test('whatever comes, the bounds hold', () => {
    const text = fc.string({ unit: 'binary', minLength: 250, maxLength: 1_024 });
    const value = fc.oneof(text, fc.double(), fc.constant(null), fc.constant('\u0001'.repeat(256)));
    const item = fc.record<Record<string, string | number | null>>({
      ...{ product_id: value, name: value, category: value, brand: value, currency: value },
      ...{ url: value, image_url: value, order_id: value, total: value, price: value },
    });
    fc.assert(
      fc.property(item, fc.array(item, { maxLength: 11 }), (head, products) => {
        expect(packView(head, 0).length).toBeLessThanOrEqual(VIEW_BYTES_MAX);
        const order = packOrder({ ...head, products }, 0);
        expect(order.length).toBeLessThanOrEqual(ORDER_BYTES_MAX);
        expect(unpack(order)['at']).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});
