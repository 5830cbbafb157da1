import type { CustomerEvent } from '../../src/rules/event.ts';
import { isTraveller } from './load.ts';

/** As the segment `regulars` has it. */
const VIEWS_MIN = 4;

/**
 * Who has seen how much, as a customer and as a visitor, and who has logged in: counted from the
 * events of all partitions, without regard to where and when.
 */
export class Travels {
  readonly #views = new Map<string, number>();
  /** Visitors who are a customer. */
  readonly #customers = new Map<string, string>();

  take({ customer, anonymousId, event }: CustomerEvent): void {
    if (event === 'Product Viewed') this.#views.set(customer, this.#viewsOf(customer) + 1);
    if (anonymousId === undefined || anonymousId === customer) return;
    this.#customers.set(anonymousId, customer);
  }

  get joined(): number {
    return this.#customers.size;
  }

  /** @param regulars all members, of whichever partition */
  differences(regulars: ReadonlySet<string>): string[] {
    const views = new Map<string, number>();
    for (const [name, count] of this.#views) {
      const now = this.#customers.get(name) ?? name;
      views.set(now, (views.get(now) ?? 0) + count);
    }
    const names = new Set([...this.#views.keys(), ...regulars]);
    return [...names].flatMap((name) => {
      const count = views.get(name) ?? 0;
      if (!isTraveller(Number(name.slice(1))) || regulars.has(name) === count >= VIEWS_MIN)
        return [];
      return [`${name} has seen ${count}, and is ${regulars.has(name) ? 'a' : 'no'} regular`];
    });
  }

  #viewsOf(customer: string): number {
    return this.#views.get(customer) ?? 0;
  }
}
