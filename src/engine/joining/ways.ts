import { partitionOf } from '../../base/hash.ts';
import { compareUtf8, type CustomerId } from '../../base/id.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import type { Aliases } from './aliases.ts';

/*
 * Where it goes what comes for an id.
 *
 * 1. What comes for an alias goes on to the one whose alias it is, as often as that is one too.
 * 2. Two partitions can make each other's customers aliases at the same time, more of them longer
 *    circles. What goes round notices it: of the ids of the circle the smallest, by its bytes, is
 *    no alias any more, and keeps what comes. All see the same circle, so none is cut twice.
 */

/** Nobody has passed it on. */
export const DIRECTLY: readonly CustomerId[] = Object.freeze([]);

export class Ways {
  readonly #aliases: Aliases;
  readonly #partitions: number;

  constructor(aliases: Aliases, partitions: number) {
    this.#aliases = aliases;
    this.#partitions = partitions;
  }

  /** Whether two customers live in one partition. */
  areNear(one: CustomerId, other: CustomerId): boolean {
    const partitions = this.#partitions;
    return partitions === 1 || partitionOf(one, partitions) === partitionOf(other, partitions);
  }

  /**
   * Whom it goes on to what has come for an id; undefined where that is no alias.
   *
   * @param via who has passed it on before, oldest first
   */
  next(id: CustomerId, via: readonly CustomerId[]): CustomerId | undefined {
    const target = this.#aliases.targetOf(id);
    const last = via.lastIndexOf(id);
    // An id that was an alias of someone else then is in another circle now, or in none.
    if (target === undefined || last < 0 || via[last + 1] !== target) return target;
    const isSmallest = via.slice(last).every((other) => compareUtf8(id, other) <= 0);
    if (!isSmallest) return target;
    this.#aliases.unlink(id);
    return undefined;
  }

  /** The last one near `id` to whom it goes, and who has passed it on by then. */
  follow(id: CustomerId, via: readonly CustomerId[]): Way {
    let way: Way = { to: id, via };
    for (;;) {
      const next = this.next(way.to, way.via);
      if (next === undefined) return way;
      way = { to: next, via: [...way.via, way.to] };
      if (!this.areNear(id, next)) return way;
    }
  }
}

export interface Way {
  readonly to: CustomerId;
  readonly via: readonly CustomerId[];
}

/** The event as one of the customer whose alias its own is. @param at when it counts */
export function readdressed(event: CustomerEvent, customer: CustomerId, at: number): CustomerEvent {
  const { anonymousId: other } = event;
  // One without a `userId` stays one; an id that has joined the customer has nothing to join.
  const anonymousId = other === event.customer ? customer : other === customer ? undefined : other;
  return { ...event, customer, anonymousId, at };
}
