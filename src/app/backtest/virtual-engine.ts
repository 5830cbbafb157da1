import type { DurationMs, EpochMs } from '../../base/time.ts';
import type { Definitions } from '../../compile/definitions.ts';
import type { Effect, Transition } from '../../engine/effect.ts';
import { Repeats } from '../../engine/state/repeats.ts';
import { emptyState, type State } from '../../engine/state/state.ts';
import { BEGINNING } from '../../engine/moment.ts';
import { Timeline } from '../../engine/timeline.ts';
import type { CustomerEvent } from '../../rules/event.ts';

/** How messageIds are remembered; without it for ever. */
export interface Dedup {
  readonly windowMs: DurationMs;
  readonly idsMax: number;
}

const FOR_EVER: Dedup = {
  windowMs: Number.POSITIVE_INFINITY,
  idsMax: Number.POSITIVE_INFINITY,
};

/**
 * The engine of all customers on a virtual clock, without any grace.
 *
 * 1. Before an event at t, everything that is due before t has fired.
 * 2. What is due at t is applied together with the first event of its customer at t, or by
 *    `settle`.
 */
export class VirtualEngine {
  readonly #timeline: Timeline;
  #effects: Effect[] = [];

  /** @param startAt no event is earlier than this, unless it is late */
  constructor(definitions: Definitions, startAt: EpochMs, dedup = FOR_EVER) {
    const emit = (effect: Effect): void => {
      this.#effects.push(effect);
    };
    const repeats = new Repeats(dedup.windowMs, dedup.idsMax);
    const from = { ...BEGINNING, streamTime: startAt };
    const settings = { graceMs: 0, partitions: 1 };
    const state = emptyState(definitions, startAt);
    this.#timeline = new Timeline(state, settings, repeats, from, emit);
  }

  get state(): State {
    return this.#timeline.state;
  }

  /** The clock moves to `arrivedAt`, and the event comes in. */
  take(event: CustomerEvent, arrivedAt: EpochMs = event.at): void {
    this.#timeline.moveTo(arrivedAt);
    this.#timeline.arrivals.apply(event, false);
  }

  /** The clock moves to `at`, where no more events come: all that is due by then fires. */
  settle(at: EpochMs): void {
    this.#timeline.moveTo(at);
    this.#timeline.tick();
  }

  /** What happened since the last call, in the order in which it happened. */
  takeEffects(): readonly Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** The entries and exits among it. */
  takeTransitions(): readonly Transition[] {
    return this.takeEffects().flatMap((effect) =>
      effect.kind === 'entry' || effect.kind === 'exit' ? effect : [],
    );
  }
}
