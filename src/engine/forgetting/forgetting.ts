import type { CustomerId } from '../../base/id.ts';
import { NEVER, type DurationMs, type EpochMs } from '../../base/time.ts';
import type { Definitions } from '../../compile/definitions.ts';
import type { Effect } from '../effect.ts';
import { takeOut } from './removal.ts';
import type { State } from '../state/state.ts';

/*
 * Who is forgotten: whoever wants it, and the anonymous of whom nothing was heard for too long.
 *
 * 1. All of theirs is taken out at one instant, with exits, then `forgotten`: whoever keeps
 *    anything of theirs elsewhere drops it.
 * 2. An anonymous customer is gone at the very instant at which the silence has become too long. An
 *    event of that instant is heard.
 */

/** When a customer is gone if nothing more is heard of them; NEVER for one who stays. */
export function goneAt({ anonymous, plan }: State, ordinal: number): EpochMs {
  if (!anonymous.has(ordinal)) return NEVER;
  return anonymous.heardAt(ordinal) + silenceOf(plan.definitions);
}

/** How long an anonymous customer is known without an event; NEVER: for ever. */
function silenceOf({ forgetAnonymousAfterMs = NEVER }: Definitions): DurationMs {
  return forgetAnonymousAfterMs;
}

export class Forgetting {
  readonly #state: State;
  readonly #emit: (effect: Effect) => void;
  readonly #silenceMs: DurationMs;

  constructor(state: State, emit: (effect: Effect) => void) {
    this.#state = state;
    this.#emit = emit;
    this.#silenceMs = silenceOf(state.plan.definitions);
  }

  /** An instant by which no anonymous customer is gone; NEVER when none will be. */
  get nextAt(): EpochMs {
    return this.#state.anonymous.nextAt + this.#silenceMs;
  }

  /** `goneAt` of this state. */
  goneAt(ordinal: number): EpochMs {
    return goneAt(this.#state, ordinal);
  }

  /**
   * Looks at an anonymous customer who may be gone at `nextAt`, and forgets them if they are.
   *
   * @param now `nextAt`, or later where more has been told
   */
  takeNext(now: EpochMs): boolean {
    const ordinal = this.#state.anonymous.takeNext(now);
    if (ordinal !== undefined) this.forget(ordinal, now);
    return ordinal !== undefined;
  }

  /** @param at an instant before which they have not been looked at */
  forget(ordinal: number, at: EpochMs): void {
    const customer = this.#state.customers.idOf(ordinal);
    takeOut(this.#state, ordinal, at, 'forget', this.#emit);
    this.tell(customer, at);
  }

  /** Says of someone that nothing is kept of them here. */
  tell(customer: CustomerId, at: EpochMs): void {
    this.#emit({ kind: 'forgotten', at, customer, why: 'forget' });
  }
}
