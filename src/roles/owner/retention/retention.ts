import { eventsStream } from '../../../wire/subject.ts';
import type { StreamState } from '../../ports/log.ts';
import type { OwnerFigures } from '../figures.ts';
import { firstStoredSince } from './first-stored.ts';
import { HISTORY_FILL_AFTER, HISTORY_FILL_MAX } from '../protocol.ts';
import type { OwnerSettings, OwnerWorld } from '../world.ts';

/*
 * Keeps a partition's log within its bounds, oldest first (durability: "Streams").
 *
 * 1. Never past the checkpoint before the last one: both must find the log behind them.
 * 2. Not while one of them is of other definitions than those in force: a replay would read history
 *    for the new ones again, and must find what was there the first time.
 * 3. Not while somebody is to be erased from it: what is trimmed stays in the broker's file for a
 *    while, what is erased does not.
 */

/** A stored checkpoint, as far as retention asks. */
export interface Stored {
  readonly sequence: number;
  readonly definitionsHash: string;
  /** Of the transitions' last record then, or of an earlier one. */
  readonly transitionsSequence: number;
  /** When it was made, ms since the epoch; 0 where nobody knows. */
  readonly takenAt: number;
}

export interface RetentionPlace {
  readonly world: OwnerWorld;
  readonly settings: OwnerSettings;
  readonly figures: OwnerFigures;
  readonly partition: number;
}

export class Retention {
  readonly #place: RetentionPlace;
  #last: Stored | undefined;
  #previous: Stored | undefined;
  #lookedAt = 0;
  #isLooking = false;
  #historyFrom: number | undefined;

  /** @param last the checkpoint that the state was restored from */
  constructor(place: RetentionPlace, last: Stored | undefined) {
    this.#place = place;
    this.#last = last;
  }

  /** When the oldest message that is kept was stored, ms since the epoch. */
  get historyFrom(): number | undefined {
    return this.#historyFrom;
  }

  /** To be told of every checkpoint. */
  stored(checkpoint: Stored): void {
    this.#previous = this.#last;
    this.#last = checkpoint;
  }

  /**
   * Trims what is too old or too much. To be called now and then.
   *
   * @param definitionsHash of those in force, whenever it is asked for
   * @throws ShoalError `log-away` (retry), `stream-refused` (stop)
   */
  async trimWhenDue(definitionsHash: () => string): Promise<void> {
    const { world, settings } = this.#place;
    const now = world.clock.now();
    if (this.#isLooking || now - this.#lookedAt < settings.retentionEveryMs) return;
    this.#lookedAt = now;
    this.#isLooking = true;
    try {
      await this.#trim(now, definitionsHash);
    } finally {
      this.#isLooking = false;
    }
  }

  async #trim(now: number, definitionsHash: () => string): Promise<void> {
    const { world, partition, figures } = this.#place;
    const stream = eventsStream(partition);
    const state = await world.log.state(stream);
    this.#tell(state, now);
    const limit = this.limit(definitionsHash())?.sequence;
    if (limit === undefined || state.firstSequence > limit) return;
    if (await this.#isToBeErased()) return;
    const young = await firstStoredSince(world.log, stream, now - this.#place.settings.historyMs);
    const wanted = Math.max(young, this.#firstThatFits(state));
    const firstKept = Math.min(wanted, limit + 1);
    // The definitions may have changed meanwhile: then the next look decides.
    if (firstKept <= state.firstSequence || this.limit(definitionsHash())?.sequence !== limit)
      return;
    await world.log.trim(stream, firstKept);
    const messages = firstKept - state.firstSequence;
    figures.trimmed.add(messages, { partition });
    world.logger.info('old messages of the log were removed', { partition, messages, firstKept });
    this.#tell(await world.log.state(stream), now);
  }

  /**
   * The checkpoint before the last one: nothing is read again up to there.
   *
   * @param definitionsHash of those in force
   * @returns undefined while something earlier may be
   */
  limit(definitionsHash: string): Stored | undefined {
    const stored = [this.#last, this.#previous];
    if (stored.some((one) => one?.definitionsHash !== definitionsHash)) return undefined;
    return this.#previous;
  }

  /** Whether someone is to be erased for whom the log has not been looked through. */
  async #isToBeErased(): Promise<boolean> {
    const { world, partition } = this.#place;
    const pending = await world.erasing.pending.all(partition);
    return pending.some((one) => one.kind === 'customers' && one.from === 1);
  }

  /** The first sequence from which on the log is small enough, if its messages are alike. */
  #firstThatFits({ firstSequence, lastSequence, bytes }: StreamState): number {
    const { historyBytesMax } = this.#place.settings;
    if (historyBytesMax === undefined || bytes <= historyBytesMax * HISTORY_FILL_MAX) return 0;
    const share = 1 - (historyBytesMax * HISTORY_FILL_AFTER) / bytes;
    return firstSequence + Math.ceil((lastSequence + 1 - firstSequence) * share);
  }

  #tell(state: StreamState, now: number): void {
    const { figures, partition } = this.#place;
    this.#historyFrom = state.firstStoredAt === 0 ? undefined : state.firstStoredAt;
    figures.historyFirst.set(state.firstSequence, { partition });
    const seconds = this.#historyFrom === undefined ? 0 : (now - this.#historyFrom) / 1_000;
    figures.historySeconds.set(Math.max(0, Math.floor(seconds)), { partition });
  }
}
