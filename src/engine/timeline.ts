import type { CustomerId } from '../base/id.ts';
import type { DurationMs, EpochMs } from '../base/time.ts';
import type { CustomerEvent } from '../rules/event.ts';
import type { Effect } from './effect.ts';
import { Evaluator } from './evaluator.ts';
import type { Repeats } from './state/repeats.ts';
import type { State } from './state/state.ts';

/*
 * Brings events and timers into one order of instants for each customer.
 *
 * 1. Stream time only moves forward.
 * 2. When it moves, the timers due before T − grace fire; those due at T − grace fire with a tick,
 *    so that an event and the timers of its own instant are applied together.
 * 3. An event is applied at its own time, at most T, and never before an instant at which its
 *    customer has been looked at: what is announced is never taken back.
 */

/** Where a timeline stands. */
export interface Moment {
  readonly streamTime: EpochMs;
  /** All timers due by then have fired; -∞ at first. */
  readonly firedTo: EpochMs;
  /** How many events have been applied: the place of each in the order of arrival. */
  readonly place: number;
}

export const BEGINNING: Moment = {
  streamTime: 0,
  firedTo: Number.NEGATIVE_INFINITY,
  place: 0,
};

export class Timeline {
  readonly state: State;
  readonly #graceMs: DurationMs;
  readonly #repeats: Repeats;
  readonly #evaluator: Evaluator;
  #streamTime: EpochMs;
  #firedTo: EpochMs;
  #place: number;

  /** @param from where the state stands */
  constructor(
    state: State,
    graceMs: DurationMs,
    repeats: Repeats,
    from: Moment,
    emit: (effect: Effect) => void,
  ) {
    this.state = state;
    this.#graceMs = graceMs;
    this.#repeats = repeats;
    this.#evaluator = new Evaluator(state, emit);
    this.#streamTime = from.streamTime;
    this.#firedTo = from.firedTo;
    this.#place = from.place;
  }

  get moment(): Moment {
    return { streamTime: this.#streamTime, firedTo: this.#firedTo, place: this.#place };
  }

  get streamTime(): EpochMs {
    return this.#streamTime;
  }

  get amountsTooLarge(): number {
    return this.#evaluator.amountsTooLarge;
  }

  /** Stream time moves to `at`, if that is later. */
  moveTo(at: EpochMs): void {
    const streamTime = Math.max(this.#streamTime, at);
    this.#fire(streamTime - this.#graceMs - 1);
    this.#streamTime = streamTime;
    this.state.timers.moveTo(streamTime);
  }

  /** No event has come: what is due at T − grace need not wait for one. */
  tick(): void {
    this.#fire(this.#streamTime - this.#graceMs);
  }

  /** Makes a customer known of whom nothing else is. */
  know(customer: CustomerId): void {
    const ordinal = this.state.customers.add(customer);
    this.#evaluator.introduce(ordinal);
    this.#evaluator.settle(ordinal, this.#streamTime, 'define');
  }

  /** @returns false when its messageId has counted already */
  apply(event: CustomerEvent, isHistory: boolean): boolean {
    const { customers, attributes, timers } = this.state;
    const at = Math.min(event.at, this.#streamTime);
    const known = customers.find(event.customer);
    const ordinal = known ?? customers.add(event.customer);
    const { messageId } = event;
    if (messageId !== undefined && !this.#repeats.admit(ordinal, messageId, this.#streamTime)) {
      return false;
    }
    if (known === undefined) this.#evaluator.introduce(ordinal);
    this.#place++;
    const now = Math.max(at, this.#firedTo, customers.settledAt(ordinal));
    for (let dueAt = timers.nextRipeAt(ordinal); dueAt < now; dueAt = timers.nextRipeAt(ordinal)) {
      this.#wake(ordinal, dueAt);
    }
    this.#evaluator.wake(ordinal, timers.takeDue(ordinal, now), now);
    this.#evaluator.takeEvent(ordinal, event, at, this.#place, now);
    if (event.type === 'identify') {
      const changes = attributes.merge(ordinal, event.properties, at);
      this.#evaluator.takeChanges(ordinal, changes, now);
    }
    this.#evaluator.settle(ordinal, now, isHistory ? 'import' : 'event');
    this.#evaluator.sweep(this.#firedTo);
    return true;
  }

  /** Fires all timers due by an instant: by instant, then customer, then condition. */
  #fire(toAt: EpochMs): void {
    const { timers, series } = this.state;
    for (let at = timers.nextAt(); at <= toAt; at = timers.nextAt()) {
      this.#wake(series.ordinal(timers.first()), at);
    }
    this.#firedTo = Math.max(this.#firedTo, toAt);
  }

  #wake(ordinal: number, at: EpochMs): void {
    this.#evaluator.wake(ordinal, this.state.timers.takeDue(ordinal, at), at);
    this.#evaluator.settle(ordinal, at, 'time');
  }
}
