import type { DurationMs } from '../../../base/time.ts';
import { transitionsStream } from '../../../wire/subject.ts';
import { firstStoredSince } from './first-stored.ts';
import { pastReaders } from './past-readers.ts';
import type { RetentionPlace, Stored } from './retention.ts';

/*
 * Keeps a partition's transitions within their age, oldest first.
 *
 * 1. Only what nobody needs any more goes (`past-readers.ts`): never the last record, none that the
 *    relay or the mailer has still to deal with, none behind the checkpoint before the last one.
 */

/** Nobody waits for it. */
const LOOK_EVERY: DurationMs = 10;

export class TransitionsRetention {
  readonly #place: RetentionPlace;
  #lookedAt = 0;
  #isLooking = false;

  constructor(place: RetentionPlace) {
    this.#place = place;
  }

  /**
   * Trims what is too old. To be called now and then.
   *
   * @param limit the checkpoint before the last one, when it is asked for
   * @throws ShoalError `log-away`, `store-away` (retry), `stream-refused` (stop)
   */
  async trimWhenDue(limit: () => Stored | undefined): Promise<void> {
    const { world, settings } = this.#place;
    const now = world.clock.now();
    const everyMs = settings.retentionEveryMs * LOOK_EVERY;
    if (this.#isLooking || now - this.#lookedAt < everyMs) return;
    this.#lookedAt = now;
    this.#isLooking = true;
    try {
      await this.#trim(now - settings.transitionsHistoryMs, limit());
    } finally {
      this.#isLooking = false;
    }
  }

  async #trim(youngAt: number, limit: Stored | undefined): Promise<void> {
    if (limit === undefined) return;
    const { world, partition, figures } = this.#place;
    const stream = transitionsStream(partition);
    const { firstSequence, firstStoredAt } = await world.log.state(stream);
    if (firstStoredAt >= youngAt) return;
    const past = await pastReaders(this.#place, limit.transitionsSequence);
    const bound = Math.min(youngAt, past.storedAt);
    const firstKept = Math.min(await firstStoredSince(world.log, stream, bound), past.sequence);
    if (firstKept <= firstSequence) return;
    await world.log.trim(stream, firstKept);
    const records = firstKept - firstSequence;
    figures.trimmedRecords.add(records, { partition });
    world.logger.info('old transitions were removed', { partition, records, firstKept });
  }
}
