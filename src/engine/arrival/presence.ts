import type { CustomerId } from '../../base/id.ts';
import type { EpochMs } from '../../base/time.ts';
import type { Evaluator } from '../evaluator.ts';
import type { Forgetting } from '../forgetting/forgetting.ts';
import type { RunningMoment } from '../moment.ts';
import type { State } from '../state/state.ts';

/*
 * Who is there when something happens to a customer, and as of when.
 *
 * 1. It is applied at its own time, and never before an instant at which the customer has been
 *    looked at: what is announced is never taken back.
 * 2. The timers that are due before that instant fire first, in their order; those of the instant
 *    are applied together with it.
 * 3. An anonymous customer who has been silent for too long by then is not there any more.
 */
export class Presence {
  readonly #state: State;
  readonly #evaluator: Evaluator;
  readonly #forgetting: Forgetting;
  readonly #moment: RunningMoment;

  constructor(
    state: State,
    evaluator: Evaluator,
    forgetting: Forgetting,
    moment: Readonly<RunningMoment>,
  ) {
    this.#state = state;
    this.#evaluator = evaluator;
    this.#forgetting = forgetting;
    this.#moment = moment;
  }

  /** The ordinal of a customer who is there at an instant; undefined for one who is not. */
  find(customer: CustomerId, at: EpochMs): number | undefined {
    const ordinal = this.#state.customers.find(customer);
    return ordinal === undefined ? undefined : this.stays(ordinal, at) ? ordinal : undefined;
  }

  /** Whether a customer is there still at an instant; drops one who is not. */
  stays(ordinal: number, at: EpochMs): boolean {
    const goneAt = this.#forgetting.goneAt(ordinal);
    if (goneAt >= at) return true;
    this.wakeBefore(ordinal, goneAt);
    this.#forgetting.forget(ordinal, Math.max(goneAt, this.#moment.firedTo));
    return false;
  }

  /**
   * Makes a customer known. @param heardAt when they were last heard of, for one who is anonymous
   */
  add(customer: CustomerId, heardAt?: EpochMs): number {
    const { customers, anonymous } = this.#state;
    const ordinal = customers.add(customer);
    if (heardAt !== undefined) anonymous.add(ordinal, heardAt, this.#moment.streamTime);
    this.#evaluator.introduce(ordinal);
    return ordinal;
  }

  /** As of when it is applied what has happened at an instant, to a customer who may be new. */
  instantOf(ordinal: number | undefined, at: EpochMs): EpochMs {
    const soonest = Math.max(at, this.#moment.firedTo);
    if (ordinal === undefined) return soonest;
    return Math.max(soonest, this.#state.customers.settledAt(ordinal));
  }

  /** Fires the timers that are due before an instant, of a customer who may be new. */
  wakeBefore(ordinal: number | undefined, at: EpochMs): void {
    const { timers } = this.#state;
    if (ordinal === undefined) return;
    for (let dueAt = timers.nextRipeAt(ordinal); dueAt < at; dueAt = timers.nextRipeAt(ordinal)) {
      this.wake(ordinal, dueAt);
      this.#evaluator.settle(ordinal, dueAt, 'time');
    }
  }

  /** Looks at what is due at an instant; what that means for segments is still to be settled. */
  wake(ordinal: number, at: EpochMs): void {
    this.#evaluator.wake(this.#state.timers.takeDue(ordinal, at), at);
  }
}
