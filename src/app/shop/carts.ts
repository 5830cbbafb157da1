import type { CustomerId } from '../../base/id.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import type { Product } from './goods.ts';

/** A product in a cart, as `Product Added` tells of it. */
export type CartLine = Product & { readonly quantity: number };

/** Carts with something in them, as the shop's own events filled and emptied them. */
export class Carts {
  readonly #lines = new Map<CustomerId, readonly CartLine[]>();

  take({ customer, event, properties }: CustomerEvent): void {
    // The shop's own `Product Added` holds a line.
    if (event === 'Product Added')
      this.#lines.set(customer, [...this.of(customer), properties as CartLine]);
    if (event === 'Order Completed') this.#lines.delete(customer);
  }

  of(customer: CustomerId): readonly CartLine[] {
    return this.#lines.get(customer) ?? [];
  }
}
