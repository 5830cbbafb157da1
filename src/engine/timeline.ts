import { assert } from '../base/assert.ts';
import type { CustomerId } from '../base/id.ts';
import type { EpochMs } from '../base/time.ts';
import type { CustomerEvent } from '../rules/event.ts';
import type { Effect } from './effect.ts';
import { Evaluator } from './evaluator.ts';
import { Occasions } from './occasions.ts';
import type { PartitionSettings } from './protocol.ts';
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

/** At some 10 µs each, a step takes a few milliseconds. */
const STEP_CUSTOMERS = 256;

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

export type TimelineSettings = Pick<PartitionSettings, 'graceMs' | 'partitions'>;

export class Timeline {
  readonly state: State;
  readonly #settings: TimelineSettings;
  readonly #repeats: Repeats;
  readonly #occasions: Occasions;
  readonly #evaluator: Evaluator;
  #streamTime: EpochMs;
  #firedTo: EpochMs;
  #place: number;
  /** What `fireSome` has begun. */
  #firing: Generator<void> | undefined;
  #woken = 0;

  /** @param from where the state stands */
  constructor(
    state: State,
    settings: TimelineSettings,
    repeats: Repeats,
    from: Moment,
    emit: (effect: Effect) => void,
  ) {
    this.state = state;
    this.#settings = settings;
    this.#repeats = repeats;
    this.#occasions = new Occasions(state, settings.partitions, emit);
    this.#evaluator = new Evaluator(state, emit, this.#occasions);
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

  get refused(): number {
    return this.#evaluator.refused;
  }

  /** Stream time moves to `at`, if that is later. */
  moveTo(at: EpochMs): void {
    const streamTime = Math.max(this.#streamTime, at);
    this.#fire(streamTime - this.#settings.graceMs - 1);
    this.#streamTime = streamTime;
    this.state.timers.moveTo(streamTime);
  }

  /**
   * Does a part of what moving to an instant begins with, so that a million timers of one midnight
   * do not stop the world. Nothing else may be done to the timeline until nothing of it is left.
   *
   * @returns false when nothing of it is left
   */
  fireSome(at: EpochMs, isTick: boolean): boolean {
    const firstKept = Math.max(this.#streamTime, at) - this.#settings.graceMs;
    this.#firing ??= this.#firingTo(isTick ? firstKept : firstKept - 1);
    const isOver = this.#firing.next().done === true;
    if (isOver) this.#firing = undefined;
    return !isOver;
  }

  /** No event has come: what is due at T − grace need not wait for one. */
  tick(): void {
    this.#fire(this.#streamTime - this.#settings.graceMs);
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
    this.#evaluator.wake(timers.takeDue(ordinal, now), now);
    this.#evaluator.takeEvent(ordinal, event, at, this.#place, now);
    this.state.recent?.take(ordinal, event, at);
    if (event.type === 'identify') {
      const changes = attributes.merge(ordinal, event.properties, at);
      this.#evaluator.takeChanges(ordinal, changes, now);
    }
    this.#occasions.takeEvent(event);
    this.#evaluator.settle(ordinal, now, isHistory ? 'import' : 'event');
    this.#evaluator.sweep(this.#firedTo);
    return true;
  }

  /**
   * Fires all timers due by an instant: by instant, then customer, then condition; a mailing has
   * its turn after those of its instant.
   */
  #fire(toAt: EpochMs): void {
    assert(this.#firing === undefined, 'what was begun to fire has been fired');
    if (this.nextDueAt <= toAt) {
      const firing = this.#firingTo(toAt);
      while (firing.next().done !== true);
    }
    this.#firedTo = Math.max(this.#firedTo, toAt);
  }

  /** The same, with a step for each few customers. */
  *#firingTo(toAt: EpochMs): Generator<void> {
    const { timers, mailings } = this.state;
    for (let at = this.nextDueAt; at <= toAt; at = this.nextDueAt) {
      if (at < timers.nextAt()) this.#occasions.mail(mailings.nextAt);
      else this.#fireFirst(at);
      if (++this.#woken % STEP_CUSTOMERS === 0) yield;
    }
    this.#firedTo = Math.max(this.#firedTo, toAt);
  }

  #fireFirst(at: EpochMs): void {
    const { timers, series } = this.state;
    const rows = timers.takeFirst();
    const ordinal = series.ordinal(rows[0] ?? 0);
    this.#evaluator.wake(rows, at);
    this.#evaluator.settle(ordinal, at, 'time');
  }

  /** The first instant at which a timer or a mailing is due; NEVER without one. */
  get nextDueAt(): EpochMs {
    return Math.min(this.state.timers.nextAt(), this.state.mailings.nextAt);
  }

  #wake(ordinal: number, at: EpochMs): void {
    this.#evaluator.wake(this.state.timers.takeDue(ordinal, at), at);
    this.#evaluator.settle(ordinal, at, 'time');
  }
}
