import { encodeTick } from '../../wire/log-codec.ts';
import type { OwnerFigures } from './figures.ts';
import type { Pump } from './apply/pump.ts';
import type { Producer } from './producer.ts';
import { TICK_AFTER_MS } from './protocol.ts';
import type { OwnerSettings, OwnerWorld } from './world.ts';

/*
 * Makes an idle partition's time move: time moves only by what is in the log.
 *
 * 1. A tick is written when a timer is due, with the grace that late events get, or when nothing
 *    came for five seconds.
 * 2. None is written when the senders' time alone counts.
 */

/** The broker's clock may be a little behind ours: a tick that came too early is tried again. */
const AGAIN_MS = 250;

export class Ticker {
  readonly #world: OwnerWorld;
  readonly #figures: OwnerFigures;
  readonly #settings: OwnerSettings;
  readonly #partition: number;
  readonly #pump: Pump;
  readonly #producer: Producer;
  #tickedAt = 0;

  constructor(
    place: {
      readonly world: OwnerWorld;
      readonly figures: OwnerFigures;
      readonly settings: OwnerSettings;
      readonly partition: number;
    },
    pump: Pump,
    producer: Producer,
  ) {
    this.#world = place.world;
    this.#figures = place.figures;
    this.#settings = place.settings;
    this.#partition = place.partition;
    this.#pump = pump;
    this.#producer = producer;
  }

  /** Writes a tick when one is needed. To be called several times a second, when caught up. */
  async tickWhenDue(): Promise<void> {
    const now = this.#world.clock.now();
    if (this.#producer.isBusy || !this.#isNeeded(now)) return;
    this.#tickedAt = now;
    await this.#producer.write(encodeTick, now);
    this.#figures.ticks.add(1, { partition: this.#partition });
  }

  #isNeeded(now: number): boolean {
    const { clock, graceMs } = this.#settings.engine;
    if (clock === 'sender') return false;
    const { heardAt, engine } = this.#pump;
    if (now - Math.max(heardAt, this.#tickedAt) >= TICK_AFTER_MS) return true;
    // While the last tick has not been applied, another one would change nothing.
    const isAwaited = heardAt < this.#tickedAt;
    return !isAwaited && now - this.#tickedAt >= AGAIN_MS && engine.nextDueAt() + graceMs <= now;
  }
}
