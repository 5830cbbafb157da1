import { ShoalError } from '../../../base/error.ts';
import type { EpochMs } from '../../../base/time.ts';
import type { CustomerEvent } from '../../../rules/event.ts';
import type { LogMessage } from '../../../wire/log-message.ts';
import { decodeStoredSeen, encodeStoredSeen, type Seen } from '../../../wire/seen/seen.ts';
import { SeenTally } from '../../../wire/seen/seen-tally.ts';
import { untilAnswered } from '../retry.ts';
import type { OwnerSettings, OwnerWorld } from '../world.ts';
import type { Sampler } from './sampler.ts';

/*
 * What has been seen of one partition's events, for who writes rules. It stands beside the engine
 * and may be wrong: nothing is decided by it.
 *
 * 1. Every event is counted by its name; of a sample the fields are looked at.
 * 2. A message counts once, though it is read again after a restart: what was stored names the
 *    place up to which it has counted. A store that loses it, or is away, costs statistics alone.
 * 3. When somebody is to be forgotten, all examples of the partition go, from the store too.
 */

const SAVE_EVERY_MS = 30_000;

export interface SeenPlace {
  readonly world: Pick<OwnerWorld, 'seen' | 'clock' | 'logger'>;
  readonly settings: Pick<OwnerSettings, 'privateAttributes'>;
  readonly partition: number;
  readonly sampler: Sampler;
}

/** As far as it is asked for here. */
interface Engine {
  /** How many events it has applied. */
  readonly events: number;
  readonly streamTime: EpochMs;
}

export class SeenKeeper {
  readonly #place: SeenPlace;
  readonly #streamCreatedAt: string;
  readonly #tally: SeenTally;
  /** Up to here the log has counted. */
  #sequence = 0;
  #savedSequence = 0;
  #saveDueAt: EpochMs;
  #isSaving = false;
  #eventsApplied = 0;
  #at: EpochMs = 0;

  /**
   * @param streamCreatedAt tells the log from one that had its name before
   * @param logEnd its last sequence
   * @throws the signal's reason when it is aborted
   */
  static async load(
    place: SeenPlace,
    streamCreatedAt: string,
    logEnd: number,
    signal: AbortSignal,
  ): Promise<SeenKeeper> {
    const { world, partition } = place;
    const ask = (): Promise<Uint8Array | undefined> => world.seen.load(partition);
    const bytes = await untilAnswered(world, 'redis', ask, signal);
    const keeper = new SeenKeeper(place, streamCreatedAt);
    const stored = bytes && decodeStoredSeen(bytes);
    if (stored === undefined) return keeper;
    keeper.#tally.absorb(stored.seen);
    if (stored.streamCreatedAt === streamCreatedAt) {
      // A log that has lost its tail uses the same sequences again.
      keeper.#sequence = Math.min(stored.sequence, logEnd);
      keeper.#savedSequence = keeper.#sequence;
    }
    return keeper;
  }

  private constructor(place: SeenPlace, streamCreatedAt: string) {
    this.#place = place;
    this.#streamCreatedAt = streamCreatedAt;
    this.#tally = new SeenTally(place.settings.privateAttributes);
    this.#saveDueAt = place.world.clock.now() + SAVE_EVERY_MS;
  }

  /** Takes note of a message that has been applied. */
  take(message: LogMessage, sequence: number, engine: Engine): void {
    const hasApplied = engine.events > this.#eventsApplied;
    this.#eventsApplied = engine.events;
    this.#at = engine.streamTime;
    if (sequence <= this.#sequence) return;
    // A repeat of a whole message, or of all its events, tells nothing new.
    const tells = message.kind === 'events' && hasApplied;
    if (!tells && message.kind !== 'forget') return;
    this.#sequence = sequence;
    if (tells) this.#count(message.events);
    else this.#forgetExamples();
  }

  told(): Seen {
    return this.#tally.told();
  }

  /** To be called several times a second. */
  saveWhenDue(): void {
    if (this.#place.world.clock.now() >= this.#saveDueAt) void this.save();
  }

  /** Never throws. */
  async save(): Promise<void> {
    const { world, partition } = this.#place;
    this.#saveDueAt = world.clock.now() + SAVE_EVERY_MS;
    if (this.#isSaving || this.#sequence === this.#savedSequence) return;
    this.#isSaving = true;
    this.#tally.prune(this.#at);
    const sequence = this.#sequence;
    const seen = this.#tally.told();
    const bytes = encodeStoredSeen({ streamCreatedAt: this.#streamCreatedAt, sequence, seen });
    try {
      await world.seen.save(partition, bytes);
      this.#savedSequence = sequence;
    } catch (error) {
      if (!(error instanceof ShoalError)) throw error;
      world.logger.debug('what is seen was not stored', { partition, code: error.code });
    } finally {
      this.#isSaving = false;
    }
  }

  #count(events: readonly CustomerEvent[]): void {
    const { sampler, world } = this.#place;
    sampler.beat(world.clock.now());
    for (const event of events) {
      const isAmongFirst = this.#tally.count(event, this.#at);
      if (sampler.takes() || isAmongFirst) this.#tally.look(event, this.#at);
    }
  }

  #forgetExamples(): void {
    this.#tally.forgetExamples();
    this.#saveDueAt = 0;
  }
}
