import { assert } from '../base/assert.ts';
import type { EpochMs } from '../base/time.ts';
import { Arrivals } from './arrival/arrivals.ts';
import type { Effect } from './effect.ts';
import { Evaluator } from './evaluator.ts';
import { Forgetting } from './forgetting/forgetting.ts';
import type { Supplements } from './joining/supplements.ts';
import type { Moment, RunningMoment } from './moment.ts';
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
 * 3. Whoever is forgotten is gone at that instant: what else of theirs is due then is not looked
 *    at.
 */

/** At some 10 µs each, a step takes a few milliseconds. */
const STEP_CUSTOMERS = 256;
/** To take one out costs a look at every segment and condition: as much as so many timers. */
const CUSTOMERS_OF_A_REMOVAL = 16;

export type TimelineSettings = Pick<PartitionSettings, 'graceMs' | 'partitions'>;

export class Timeline {
  readonly state: State;
  /** What comes for customers at the instant at which the timeline stands. */
  readonly arrivals: Arrivals;
  readonly #settings: TimelineSettings;
  readonly #occasions: Occasions;
  readonly #evaluator: Evaluator;
  readonly #forgetting: Forgetting;
  readonly #moment: RunningMoment;
  /** What `fireSome` has begun. */
  #firing: Generator<void> | undefined;
  #woken = 0;

  /**
   * @param from        where the state stands
   * @param supplements only of a rebuild
   */
  constructor(
    state: State,
    settings: TimelineSettings,
    repeats: Repeats,
    from: Moment,
    emit: (effect: Effect) => void,
    supplements?: Supplements,
  ) {
    const moment = { ...from };
    const occasions = new Occasions(state, settings.partitions, emit);
    const evaluator = new Evaluator(state, emit, occasions);
    const forgetting = new Forgetting(state, emit);
    this.state = state;
    this.#settings = settings;
    this.#occasions = occasions;
    this.#evaluator = evaluator;
    this.#forgetting = forgetting;
    this.#moment = moment;
    const parts = { state, repeats, occasions, evaluator, forgetting, moment, emit, supplements };
    this.arrivals = new Arrivals({ ...parts, partitions: settings.partitions });
  }

  get moment(): Moment {
    return { ...this.#moment };
  }

  get streamTime(): EpochMs {
    return this.#moment.streamTime;
  }

  get amountsTooLarge(): number {
    return this.#evaluator.amountsTooLarge;
  }

  get refused(): number {
    return this.#evaluator.refused;
  }

  /** Stream time moves to `at`, if that is later. */
  moveTo(at: EpochMs): void {
    const streamTime = Math.max(this.#moment.streamTime, at);
    this.#fire(streamTime - this.#settings.graceMs - 1);
    this.#moment.streamTime = streamTime;
    this.state.timers.moveTo(streamTime);
  }

  /**
   * Does a part of what moving to an instant begins with, so that a million timers of one midnight
   * do not stop the world. Nothing else may be done to the timeline until nothing of it is left.
   *
   * @returns false when nothing of it is left
   */
  fireSome(at: EpochMs, isTick: boolean): boolean {
    const firstKept = Math.max(this.#moment.streamTime, at) - this.#settings.graceMs;
    this.#firing ??= this.#firingTo(isTick ? firstKept : firstKept - 1);
    const isOver = this.#firing.next().done === true;
    if (isOver) this.#firing = undefined;
    return !isOver;
  }

  /** No event has come: what is due at T − grace need not wait for one. */
  tick(): void {
    this.#fire(this.#moment.streamTime - this.#settings.graceMs);
  }

  /** Makes the customers of another engine known with their aliases, and nothing else of theirs. */
  knowAllOf(there: Pick<State, 'customers' | 'anonymous' | 'aliases'>): void {
    const { customers, anonymous, aliases } = this.state;
    aliases.learnFrom(there.aliases);
    for (const other of there.customers.ordinals().ordinals()) {
      const ordinal = customers.add(there.customers.idOf(other));
      if (there.anonymous.has(other)) {
        anonymous.add(ordinal, there.anonymous.heardAt(other), this.#moment.streamTime);
      }
      this.#evaluator.introduce(ordinal);
      this.#evaluator.settle(ordinal, this.#moment.streamTime, 'define');
    }
  }

  /**
   * Fires all timers due by an instant: by instant, then customer, then condition. Before those of
   * an instant go the anonymous whose time has come; a mailing has its turn after them.
   */
  #fire(toAt: EpochMs): void {
    assert(this.#firing === undefined, 'what was begun to fire has been fired');
    if (this.nextDueAt <= toAt) {
      const firing = this.#firingTo(toAt);
      while (firing.next().done !== true);
    }
    this.#moment.firedTo = Math.max(this.#moment.firedTo, toAt);
  }

  /** The same, with a step for each few customers. */
  *#firingTo(toAt: EpochMs): Generator<void> {
    const { timers, mailings } = this.state;
    for (let at = this.nextDueAt; at <= toAt; at = this.nextDueAt) {
      this.#woken++;
      if (at === this.#forgetting.nextAt) this.#lookAtSilent(at);
      else if (at < timers.nextAt()) this.#occasions.mail(mailings.nextAt);
      else this.#fireFirst(at);
      if (this.#woken < STEP_CUSTOMERS) continue;
      this.#woken = 0;
      yield;
    }
    this.#moment.firedTo = Math.max(this.#moment.firedTo, toAt);
  }

  #fireFirst(at: EpochMs): void {
    const { timers, series } = this.state;
    const rows = timers.takeFirst();
    const ordinal = series.ordinal(rows[0] ?? 0);
    this.#evaluator.wake(rows, at);
    this.#evaluator.settle(ordinal, at, 'time');
  }

  #lookAtSilent(at: EpochMs): void {
    // Where the time that is too long has become shorter it may have been over before.
    const isGone = this.#forgetting.takeNext(Math.max(at, this.#moment.firedTo));
    if (isGone) this.#woken += CUSTOMERS_OF_A_REMOVAL;
  }

  /** The first instant at which something is due; NEVER without one. */
  get nextDueAt(): EpochMs {
    const { timers, mailings } = this.state;
    return Math.min(timers.nextAt(), mailings.nextAt, this.#forgetting.nextAt);
  }
}
