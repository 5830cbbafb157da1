import { Bitmap } from './store/bitmap.ts';
import { Column } from './store/column.ts';
import type { Customers } from './state/customers.ts';

/**
 * Which customers of one engine (there) are which of another (here): by their ids. As a rule all
 * have the same ordinals, and a look at each costs a comparison of bytes.
 */
export class SameCustomers {
  /** Per ordinal there: the ordinal here + 1, or 0. */
  readonly #ordinals = new Column(Uint32Array);
  #areAllEqual = true;
  /** Ordinals there of those who are not known here, ascending. */
  readonly gone: readonly number[];
  /** Ordinals here of those who are not known there, ascending. */
  readonly onlyHere: readonly number[];

  constructor(there: Customers, here: Customers) {
    const gone: number[] = [];
    for (const ordinal of there.ordinals().ordinals()) {
      const isEqual = here.isSame(ordinal, there, ordinal);
      const place = isEqual ? ordinal : here.find(there.idOf(ordinal));
      if (place === undefined) gone.push(ordinal);
      else this.#ordinals.set(ordinal, place + 1);
      this.#areAllEqual &&= isEqual;
    }
    this.gone = gone;
    const isOneHereOnly = there.count - gone.length < here.count;
    this.onlyHere = isOneHereOnly ? othersThan(this.of(there.ordinals()), here) : [];
  }

  /** The ordinal here of a customer there; undefined for one who is gone. */
  ordinalOf(there: number): number | undefined {
    const place = this.#ordinals.get(there);
    return place === 0 ? undefined : place - 1;
  }

  /** The ordinals here of customers there; not to be written to. */
  of(customers: Bitmap): Bitmap {
    if (this.#areAllEqual) return customers;
    const found = new Bitmap();
    for (const there of customers.ordinals()) {
      const ordinal = this.ordinalOf(there);
      if (ordinal !== undefined) found.add(ordinal);
    }
    return found;
  }
}

function othersThan(known: Bitmap, customers: Customers): number[] {
  return [...Bitmap.difference(customers.ordinals(), known).ordinals()];
}
