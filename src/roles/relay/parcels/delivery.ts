import { ShoalError } from '../../../base/error.ts';
import type { DurationMs } from '../../../base/time.ts';
import type { Forgotten, Passed } from '../../../engine/effect.ts';
import type { PassedItem } from '../../../wire/control/passed-item.ts';
import { encodePassed } from '../../../wire/log-codec.ts';
import { eventsSubject } from '../../../wire/subject.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Directory } from '../../ports/directory.ts';
import type { Appended, Log } from '../../ports/log.ts';
import type { Logger } from '../../ports/logger.ts';
import type { CustomerStore } from '../../ports/store.ts';
import type { Figures } from '../figures.ts';

/*
 * Delivers what a partition passes on, or word of it to the stores, for as long as it takes.
 *
 * 1. What may not have arrived is sent again until it has; it may arrive twice.
 * 2. The directory joins two customers before the partition of the one learns of the other.
 *    Stores hear of things in their order, as far as it makes a difference.
 * 3. Only what NATS never takes, a parcel that is too large by itself, is given up, and said.
 */

export interface DeliveryParts {
  readonly log: Log;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly figures: Figures;
  readonly directory?: Pick<Directory, 'join'> | undefined;
  /** All that hold something of customers outside the log, the directory too. */
  readonly stores: readonly CustomerStore[];
}

/** What stores are to hear: who has joined whom, or who is forgotten. */
export type StoreWord = Passed | Forgotten;

const AGAIN_MS: DurationMs = 500;
/** A full stream is emptied by trimming: that takes a while. */
const FULL_MS: DurationMs = 2_000;

export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #signal: AbortSignal;

  /** @param signal ends all waiting */
  constructor(parts: DeliveryParts, signal: AbortSignal) {
    this.#parts = parts;
    this.#signal = signal;
  }

  /**
   * Carries the first of these into the log of a partition.
   *
   * @param items in the order of their numbers, and not none
   * @returns how many, when they are stored
   * @throws the signal's reason when it is aborted
   */
  async passOn(source: number, target: number, items: readonly PassedItem[]): Promise<number> {
    const { headers, body, count } = encodePassed(source, items);
    const passed = items.slice(0, count);
    await this.#join(passed);
    try {
      await this.#append(target, { headers, body });
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      if (count > 1) return this.passOn(source, target, passed.slice(0, count >> 1));
      return this.#giveUp(source, target, passed);
    }
    for (const { passed: effect } of passed) {
      this.#parts.figures.parcels.add(1, { type: effect.parcel.type });
    }
    return count;
  }

  /**
   * Tells the stores the first of these.
   *
   * @param words in the order of their numbers, and not none
   * @returns how many, when the stores have heard
   * @throws the signal's reason when it is aborted
   */
  async tell(words: readonly StoreWord[]): Promise<number> {
    const end = words.findIndex(({ kind }) => kind !== words[0]?.kind);
    const alike = end < 0 ? words : words.slice(0, end);
    await this.#untilAnswered('the stores', async () => {
      await Promise.all(alike.map((word) => this.#tellOne(word)));
    });
    const type = words[0]?.kind === 'passed' ? 'joined' : 'forgotten';
    this.#parts.figures.parcels.add(alike.length, { type });
    return alike.length;
  }

  async #tellOne(word: StoreWord): Promise<void> {
    const { directory, stores } = this.#parts;
    if (word.kind === 'passed') await directory?.join(word.customer, word.to);
    else await Promise.all(stores.map((store) => store.forget(word.customer)));
  }

  async #join(items: readonly PassedItem[]): Promise<void> {
    const { directory } = this.#parts;
    if (directory === undefined) return;
    // Every slice says the same: the first one is enough.
    const first = items.filter(({ passed: { parcel } }) => {
      return parcel.type === 'merge' && parcel.slice === 0;
    });
    if (first.length === 0) return;
    await this.#untilAnswered('the directory', async () => {
      await Promise.all(first.map(({ passed }) => directory.join(passed.customer, passed.to)));
    });
  }

  /** @throws ShoalError `message-too-large` (refuse-input) */
  async #append(
    target: number,
    message: { readonly headers: ReadonlyMap<string, string>; readonly body: Uint8Array },
  ): Promise<void> {
    const { log, clock, logger } = this.#parts;
    const { headers, body } = message;
    let before: Appended['kind'] = 'stored';
    for (;;) {
      this.#signal.throwIfAborted();
      const { kind } = await log.append(eventsSubject(target), body, { headers });
      if (kind === 'stored') return;
      if (kind !== before) logger.warn('parcels wait', { partition: target, outcome: kind });
      before = kind;
      await clock.sleep(kind === 'full' ? FULL_MS : AGAIN_MS, this.#signal);
    }
  }

  #giveUp(source: number, target: number, items: readonly PassedItem[]): number {
    const { logger, figures } = this.#parts;
    const number = items[0]?.n;
    logger.error('a parcel is larger than NATS takes, it is lost', { source, target, number });
    figures.dropped.add(items.length, { reason: 'too-large' });
    return items.length;
  }

  /** Does something again for as long as it fails with what passes by waiting. */
  async #untilAnswered(what: string, action: () => Promise<void>): Promise<void> {
    const { clock, logger } = this.#parts;
    for (let tries = 0; ; tries++) {
      this.#signal.throwIfAborted();
      try {
        return await action();
      } catch (error) {
        if (!(error instanceof ShoalError) || error.remedy !== 'retry') throw error;
        if (tries === 0) logger.warn(`parcels wait for ${what}`, { code: error.code });
      }
      await clock.sleep(AGAIN_MS, this.#signal);
    }
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof ShoalError && error.code === 'message-too-large';
}
