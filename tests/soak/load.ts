import { Random, type Weighted } from '../../src/app/shop/random.ts';
import type { Json } from '../../src/base/json.ts';
import type { EpochMs } from '../../src/base/time.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';

/** A few customers make a good part of the events, so that counts get somewhere. */
const BUSY = 200;
const BUSY_SHARE = 0.25;
/** Of an event that comes late: by so much at most, ms. */
const LATE_MS_MAX = 8_000;

const CITIES: readonly [string, ...string[]] = ['Kazan', 'Omsk', 'Perm', 'Tver'];
const COURSES: readonly [string, ...string[]] = ['Drawing', 'Chess', 'Piano'];
const CATEGORIES: readonly [string, ...string[]] = ['toys', 'books', 'photo-albums'];

type Kind = 'view' | 'add' | 'order' | 'refund' | 'session' | 'identify' | 'visit' | 'login';
const KINDS: readonly [Weighted<Kind>, ...Weighted<Kind>[]] = [
  [50, 'view'],
  [20, 'add'],
  [15, 'order'],
  [5, 'refund'],
  [8, 'session'],
  [4, 'identify'],
  [6, 'visit'],
  [2, 'login'],
];

/**
 * The events of a soak, from a seed: first each customer is identified once, then they live. Some
 * also come as visitors, and some of these log in, before or after. Every event has a `serial`, from 0 on, and no `messageId`: so nothing but the numbers of batches keeps
 * an event that was sent twice from being applied twice.
 */
export class Load {
  readonly customers: number;
  readonly #random: Random;
  #serial = 0;

  constructor(seed: number, customers: number) {
    this.customers = customers;
    this.#random = new Random(seed, 1);
  }

  /** How many events there are so far; the next one has this serial. */
  get count(): number {
    return this.#serial;
  }

  /** The next event, at this instant or a little before it. */
  next(now: EpochMs): CustomerEvent {
    if (this.#serial < this.customers) return this.#identify(this.#serial, now, { isNew: true });
    const random = this.#random;
    const customer = random.whole(0, (random.chance(BUSY_SHARE) ? BUSY : this.customers) - 1);
    const at = random.chance(0.03) ? now - random.whole(0, LATE_MS_MAX) : now;
    const kind = random.weighted(KINDS);
    switch (kind) {
      case 'view':
        return this.#view(customer, at);
      case 'visit': {
        const seen = this.#view(customer, at);
        const visitor = visitorOf(customer);
        return isTraveller(customer) ? { ...seen, customer: visitor, anonymousId: visitor } : seen;
      }
      case 'login': {
        const known = this.#identify(customer, at, { isNew: false });
        return isTraveller(customer) ? { ...known, anonymousId: visitorOf(customer) } : known;
      }
      case 'add':
        return this.#track(customer, at, 'Product Added', {
          product_id: `p${random.whole(1, 40)}`,
        });
      case 'order':
        return this.#track(customer, at, 'Order Completed', { total: this.#amount() });
      case 'refund':
        return this.#track(customer, at, 'Order Refunded', { total: this.#amount() });
      case 'session':
        return this.#track(customer, at, 'Session Started', {});
      case 'identify':
        return this.#identify(customer, at, { isNew: false });
    }
  }

  #view(customer: number, at: EpochMs): CustomerEvent {
    const random = this.#random;
    return this.#track(customer, at, 'Product Viewed', {
      product_id: `p${random.whole(1, 40)}`,
      category: random.pick(CATEGORIES),
    });
  }

  #amount(): number {
    return this.#random.whole(1, 300_000) / 100;
  }

  #track(
    customer: number,
    at: EpochMs,
    event: string,
    more: Readonly<Record<string, Json>>,
  ): CustomerEvent {
    const properties = { ...more, serial: this.#serial++ };
    return { type: 'track', customer: nameOf(customer), at, event, properties, context: {} };
  }

  #identify(customer: number, at: EpochMs, { isNew }: { readonly isNew: boolean }): CustomerEvent {
    const random = this.#random;
    // A course that changes makes a campaign wait: another kind of timer.
    const course = isNew ? undefined : random.pick(COURSES);
    const properties = {
      city: random.pick(CITIES),
      ...(course !== undefined && { course }),
      serial: this.#serial++,
    };
    const name = nameOf(customer);
    return { type: 'identify', customer: name, at, event: '$identify', properties, context: {} };
  }
}

function nameOf(customer: number): string {
  return `c${customer}`;
}

function visitorOf(customer: number): string {
  return `v${customer}`;
}

/**
 * Whether a customer also comes as a visitor: never one whom the naive model of one partition
 * follows.
 */
export function isTraveller(customer: number): boolean {
  return customer % 2 === 1 && (customer < BUSY || customer % 10 === 1);
}

/** Whether the naive model follows a customer: half of the busy ones, and a few of the others. */
export function isSampled(customer: string): boolean {
  const index = Number(customer.slice(1));
  return index % (index < BUSY ? 2 : 400) === 0;
}
