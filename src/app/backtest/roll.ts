import { createHash } from 'node:crypto';
import { compareUtf8, type CustomerId } from '../../base/id.ts';
import { Bitmap } from '../../engine/store/bitmap.ts';
import type { State } from '../../engine/state/state.ts';

/**
 * The members of segments, sorted by the UTF-8 bytes of their ids. It sorts all customers once
 * rather than the members of every segment at every instant.
 */
export class Roll {
  readonly #state: State;
  #entries: { readonly id: CustomerId; readonly ordinal: number }[] = [];
  /** The ordinals of the entries. */
  #listed = new Bitmap();
  /** How many customers had been removed when the entries were made. */
  #removed = 0;
  /** Per segment: its digest, and after how many entries and exits it was made. */
  readonly #digests = new Map<number, { readonly moves: string; readonly digest: string }>();

  constructor(state: State) {
    this.#state = state;
  }

  /** Ids of the members of a segment, by its place in the plan. */
  idsOf(segment: number): CustomerId[] {
    this.#takeChanges();
    const members = this.#state.membership.members(segment);
    return this.#entries.filter(({ ordinal }) => members.has(ordinal)).map(({ id }) => id);
  }

  digestOf(segment: number): string {
    const { entered, exited } = this.#state.membership.count(segment);
    const moves = `${entered} ${exited}`;
    const known = this.#digests.get(segment);
    if (known?.moves === moves) return known.digest;
    const digest = digestOf(this.idsOf(segment));
    this.#digests.set(segment, { moves, digest });
    return digest;
  }

  #takeChanges(): void {
    const { customers } = this.#state;
    if (customers.removed !== this.#removed) this.#dropRemoved();
    if (customers.count === this.#entries.length) return;
    const known = customers.ordinals();
    for (const ordinal of Bitmap.difference(known, this.#listed).ordinals()) {
      this.#entries.push({ id: customers.idOf(ordinal), ordinal });
    }
    this.#listed = known;
    this.#entries.sort((a, b) => compareUtf8(a.id, b.id));
  }

  /** Whoever was removed may have come back, and an ordinal may be another's. */
  #dropRemoved(): void {
    const { customers } = this.#state;
    this.#removed = customers.removed;
    this.#entries = this.#entries.filter(({ id, ordinal }) => customers.find(id) === ordinal);
    this.#listed = new Bitmap();
    for (const { ordinal } of this.#entries) this.#listed.add(ordinal);
  }
}

/**
 * SHA-256 of ids joined by one LF, in hex digits; of the empty string for none.
 *
 * @param ids sorted by their UTF-8 bytes
 */
export function digestOf(ids: readonly CustomerId[]): string {
  return createHash('sha256').update(ids.join('\n')).digest('hex');
}
