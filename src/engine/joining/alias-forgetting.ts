import { saltedHash } from '../../base/hash.ts';
import type { CustomerId } from '../../base/id.ts';
import type { EpochMs } from '../../base/time.ts';
import type { Effect } from '../effect.ts';
import type { Forgetting } from '../forgetting/forgetting.ts';
import type { ForgetMark } from '../parcel.ts';
import type { State } from '../state/state.ts';
import type { Supplements } from './supplements.ts';

/*
 * What else is to be forgotten with a customer: the ids that are theirs.
 *
 * 1. Aliases that live here go at once, with those of theirs. For those that live elsewhere their
 *    partitions are asked: a parcel counts only where the id is an alias of the customer indeed.
 * 2. Each gets a mark of its own, under the salt of the customer's.
 */
export class AliasForgetting {
  readonly #state: State;
  readonly #forgetting: Forgetting;
  readonly #supplements: Supplements | undefined;
  readonly #emit: (effect: Effect) => void;

  constructor(
    state: State,
    forgetting: Forgetting,
    supplements: Supplements | undefined,
    emit: (effect: Effect) => void,
  ) {
    this.#state = state;
    this.#forgetting = forgetting;
    this.#supplements = supplements;
    this.#emit = emit;
  }

  /** @param at stream time */
  forgetAllOf(customer: CustomerId, salt: string, at: EpochMs): void {
    const { aliases, slices } = this.#state;
    const linked = aliases.linkedTo(customer);
    aliases.dropAllOf(customer);
    slices.takeAllFor(customer);
    for (const { id, isAlias, isAsked } of linked) {
      if (isAlias) this.forgetAlias(id, markOf(id, salt), at);
      if (isAsked) this.pass(customer, id, salt, at, []);
    }
  }

  /** An id that is nobody's alias any more. */
  forgetAlias(id: CustomerId, mark: ForgetMark, at: EpochMs): void {
    this.#state.marks.add(mark, at);
    this.#supplements?.drop(id);
    this.#forgetting.tell(id, at);
    this.forgetAllOf(id, mark.salt, at);
  }

  /** Asks another partition to forget someone. */
  pass(
    customer: CustomerId,
    to: CustomerId,
    salt: string,
    at: EpochMs,
    via: readonly CustomerId[],
  ): void {
    const parcel = { type: 'forget', mark: markOf(to, salt) } as const;
    this.#emit({ kind: 'passed', at, customer, why: 'forget', to, via, parcel });
  }
}

export function markOf(id: CustomerId, salt: string): ForgetMark {
  return { salt, hash: saltedHash(salt, id) };
}
