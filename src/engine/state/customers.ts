import type { CustomerId } from '../../base/id.ts';
import type { EpochMs } from '../../base/time.ts';
import type { Sections } from '../store/bytes.ts';
import type { Bitmap } from '../store/bitmap.ts';
import { Column } from '../store/column.ts';
import { Dictionary } from '../store/dictionary.ts';

/*
 * The customers of a partition: id ↔ ordinal, and up to when each has been settled.
 *
 * 1. Ordinals are given out from 0 on. That of a customer who was removed is given to the next one:
 *    so there are holes, and no order of ordinals tells who was known first.
 * 2. The instant up to which a customer is settled only grows.
 */

export class Customers {
  #ids = new Dictionary();
  #settled = new Column(Float64Array);
  /** The customer who was asked for last: all that happens to one asks again and again. */
  #lastOrdinal = -1;
  #lastId = '';
  #removed = 0;

  get count(): number {
    return this.#ids.count;
  }

  find(id: CustomerId): number | undefined {
    const ordinal = this.#ids.find(id);
    if (ordinal !== undefined) this.#remember(ordinal, id);
    return ordinal;
  }

  /** The id must not be known. @returns its ordinal */
  add(id: CustomerId): number {
    const ordinal = this.#ids.add(id);
    this.#settled.set(ordinal, Number.NEGATIVE_INFINITY);
    this.#remember(ordinal, id);
    return ordinal;
  }

  /** Nothing may be kept of the customer any more, under this ordinal or that id. */
  remove(ordinal: number): void {
    this.#ids.remove(ordinal);
    if (ordinal === this.#lastOrdinal) this.#remember(-1, '');
    this.#removed++;
  }

  /** How many were removed since this was made or restored. */
  get removed(): number {
    return this.#removed;
  }

  /** Of all who are known. */
  ordinals(): Bitmap {
    return this.#ids.numbers();
  }

  /** Whether an ordinal here is the customer who has another one there. */
  isSame(ordinal: number, there: Customers, other: number): boolean {
    return this.#ids.isSame(ordinal, there.#ids, other);
  }

  idOf(ordinal: number): CustomerId {
    if (ordinal !== this.#lastOrdinal) this.#remember(ordinal, this.#ids.textOf(ordinal));
    return this.#lastId;
  }

  #remember(ordinal: number, id: CustomerId): void {
    this.#lastOrdinal = ordinal;
    this.#lastId = id;
  }

  /**
   * The latest instant at which this customer's memberships were looked at; -∞ before the first.
   */
  settledAt(ordinal: number): EpochMs {
    return this.#settled.get(ordinal);
  }

  settle(ordinal: number, at: EpochMs): void {
    if (at > this.#settled.get(ordinal)) this.#settled.set(ordinal, at);
  }

  bytesUsed(): { readonly ids: number; readonly rest: number } {
    const { texts, index } = this.#ids.bytesUsed();
    return { ids: texts, rest: index + this.#settled.bytesUsed() };
  }

  toSections(): Sections {
    return this.#ids.toSections('customers').set('customers.settled', this.#settled.toBytes());
  }

  static fromSections(section: (name: string) => Uint8Array): Customers {
    const customers = new Customers();
    customers.#ids = Dictionary.fromSections('customers', section);
    customers.#settled = Column.fromBytes(Float64Array, section('customers.settled'));
    return customers;
  }
}
