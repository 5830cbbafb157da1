import type { JsonObject } from '../../base/json.ts';
import type { EpochMs } from '../../base/time.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import type { Sections } from '../store/bytes.ts';
import { RecentItems, type RecentItem } from './recent-items.ts';
import { packOrder, packView, productOf, unpack } from './recent-record.ts';

/*
 * What each customer has bought and looked at of late, for letters.
 *
 * 1. The last 5 `Order Completed` and the last 10 products of `Product Viewed`, by event time; of
 *    two of one instant the later in the log is the later. A product stands there once, with its
 *    latest view.
 * 2. Nothing hangs on the order of arrival, save where instants are equal; imports count too.
 * 3. It decides nothing: members and effects are the same without it. So it is kept only where
 *    there is a campaign.
 * 4. A product is told by 52 bits of hash: that two of one customer's last ten are taken for one
 *    has a chance below one in ten million million.
 */

export const ORDERS_MAX = 5;
export const VIEWED_MAX = 10;

/** Latest first; instants (`at`) in ms since the epoch. */
export interface RecentEvents {
  readonly orders: readonly JsonObject[];
  readonly viewed: readonly JsonObject[];
}

/** The same as it is kept. */
export interface RecentKept {
  readonly orders: readonly RecentItem[];
  readonly viewed: readonly RecentItem[];
}

export class Recent {
  readonly #orders = new RecentItems(ORDERS_MAX);
  readonly #viewed = new RecentItems(VIEWED_MAX);

  /** @param at event time, at most stream time */
  take(ordinal: number, { type, event, properties }: CustomerEvent, at: EpochMs): void {
    if (type !== 'track') return;
    if (event === 'Order Completed') {
      this.#orders.take(ordinal, at, 0, () => packOrder(properties, at));
    } else if (event === 'Product Viewed') {
      const product = productOf(properties);
      if (product === undefined) return;
      this.#viewed.take(ordinal, at, keyOf(product), () => packView(properties, at));
    }
  }

  kept(ordinal: number): RecentKept {
    return { orders: this.#orders.entries(ordinal), viewed: this.#viewed.entries(ordinal) };
  }

  /** Takes in what was kept of another customer. */
  join(ordinal: number, { orders, viewed }: RecentKept): void {
    this.#orders.join(ordinal, orders);
    this.#viewed.join(ordinal, viewed);
  }

  remove(ordinal: number): void {
    this.#orders.remove(ordinal);
    this.#viewed.remove(ordinal);
  }

  of(ordinal: number): RecentEvents {
    const orders = Array.from(this.#orders.of(ordinal), unpack);
    return { orders, viewed: Array.from(this.#viewed.of(ordinal), unpack) };
  }

  bytesUsed(): number {
    return this.#orders.bytesUsed() + this.#viewed.bytesUsed();
  }

  toSections(): Sections {
    return new Map([
      ...this.#orders.toSections('recent.orders'),
      ...this.#viewed.toSections('recent.viewed'),
    ]);
  }

  static fromSections(section: (name: string) => Uint8Array): Recent {
    const recent = new Recent();
    recent.#orders.restore('recent.orders', section);
    recent.#viewed.restore('recent.viewed', section);
    return recent;
  }
}

/** Never 0, which stands for no key: FNV-1a of the UTF-16 units twice, with two primes. */
function keyOf(product: string): number {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let i = 0; i < product.length; i++) {
    const unit = product.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
  }
  // The upper bits of a product depend on all of the lower ones.
  return (high >>> 12) * 2 ** 32 + (low >>> 0) + 1;
}
