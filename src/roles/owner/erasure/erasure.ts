import type { CustomerId } from '../../../base/id.ts';
import { ShoalError } from '../../../base/error.ts';
import type { EpochMs } from '../../../base/time.ts';
import { Names } from '../../../wire/amended/names.ts';
import { eventsStream } from '../../../wire/subject.ts';
import type { PendingErasure } from '../../ports/forgetting.ts';
import { TRIGGERS } from '../../ports/triggers-stream.ts';
import type { OwnerFigures } from '../figures.ts';
import { OUTBOX_MS } from '../protocol.ts';
import type { OwnerSettings } from '../world.ts';
import type { FileRewriting } from './file-rewriting.ts';
import { LogEraser } from './log-eraser.ts';
import { pastReaders } from '../retention/past-readers.ts';
import type { ErasurePlace } from './read-between.ts';
import { eraseRecords } from './records-eraser.ts';
import { eraseTriggers } from './triggers-eraser.ts';

/*
 * Erases what is stored of customers who are forgotten (decision 0014).
 *
 * 1. Nothing is erased that a replay may read: only what lies before the checkpoint before the
 *    last one, and not while one of the two is of other definitions than those in force.
 * 2. Whatever has been done is done again after an interruption; what is to be done is struck off
 *    when all of it is done.
 * 3. No id of a customer stands in a log line or a label.
 */

/** What the two stored checkpoints allow. */
export interface ErasureLimit {
  /** The last sequence of the log that nothing reads again. */
  readonly sequence: number;
  /** Of the transitions' last record at that point. */
  readonly transitionsSequence: number;
  /** When the older one was made, ms since the epoch. */
  readonly takenAt: EpochMs;
}

export interface ErasureParts extends ErasurePlace {
  readonly settings: Pick<OwnerSettings, 'erasureEveryMs' | 'forgottenNoticeMs'>;
  readonly figures: OwnerFigures;
  readonly rewriting: FileRewriting;
  /** Whether someone was forgotten of late. */
  readonly isForgotten: (customer: CustomerId) => boolean;
}

type OfKind<Kind> = PendingErasure & { readonly kind: Kind };
type OfCustomers = OfKind<'customers'>;

export class Erasure {
  readonly #parts: ErasureParts;
  readonly #eraser: LogEraser;
  #lookedAt = 0;
  #isRunning = false;
  #erased = 0;

  constructor(parts: ErasureParts) {
    this.#parts = parts;
    this.#eraser = new LogEraser(parts, this.#onErased);
  }

  /**
   * Erases what can be erased. To be called now and then; never throws what passes by waiting.
   *
   * @param limit what is allowed, when it is asked for; undefined: nothing
   */
  async runWhenDue(limit: () => ErasureLimit | undefined): Promise<void> {
    const { world, settings, partition, signal } = this.#parts;
    const now = world.clock.now();
    if (this.#isRunning || now - this.#lookedAt < settings.erasureEveryMs) return;
    this.#lookedAt = now;
    this.#isRunning = true;
    try {
      await this.#run(limit());
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ShoalError)) throw error;
      world.logger.warn('erasing was interrupted, it goes on later', {
        partition,
        code: error.code,
      });
    } finally {
      this.#isRunning = false;
    }
  }

  async #run(limit: ErasureLimit | undefined): Promise<void> {
    const { world, figures, partition } = this.#parts;
    const { pending } = world.erasing;
    const before = await pending.all(partition);
    if (limit !== undefined) {
      this.#erased = 0;
      await this.#eraseCustomers(before.filter(isOfCustomers), limit);
      await this.#eraseStragglers(before.filter(isOfStragglers), limit);
      await this.#rewriteFile(before.filter(isOfFile), limit);
      const messages = this.#erased;
      if (messages > 0) world.logger.info('messages were erased', { partition, messages });
    }
    if (before.length === 0) figures.pendingErasures.set(0, { partition });
    else figures.pendingErasures.set((await pending.all(partition)).length, { partition });
  }

  async #eraseCustomers(all: readonly OfCustomers[], limit: ErasureLimit): Promise<void> {
    const now = this.#parts.world.clock.now();
    const behind = await this.#behind(all, limit);
    const due = behind.filter((one) => (one.noticeUntil ?? 0) <= now);
    if (due.length === 0) return;
    const names = namesOf(due);
    const from = Math.min(...due.map((one) => one.from));
    await this.#eraser.erase(names, [from, limit.sequence]);
    const isClean = await this.#eraseDownstream(due, names, limit);
    await this.#dropFromStores(due.flatMap(({ customers }) => customers));
    for (const one of due) await this.#goOn(one, limit, isClean);
  }

  /** Those that lie behind the limit, or beyond the end of a log that was set back since. */
  async #behind<One extends { readonly to: number }>(
    all: readonly One[],
    limit: ErasureLimit,
  ): Promise<readonly One[]> {
    const { log, partition } = this.#parts;
    if (all.length === 0) return all;
    const end = await log.lastSequence(eventsStream(partition));
    return all.filter(({ to }) => to <= limit.sequence || to > end);
  }

  /** @returns false when some of it must stay for now */
  async #eraseDownstream(
    due: readonly OfCustomers[],
    names: Names,
    limit: ErasureLimit,
  ): Promise<boolean> {
    const { log } = this.#parts;
    const past = await pastReaders(this.#parts, limit.transitionsSequence);
    const areRecordsClean = await eraseRecords(this.#parts, names, past, this.#onErased);
    await log.ensureStream(TRIGGERS);
    const whole = namesOf(due.filter((one) => this.#isLast(one)));
    const butNotice = namesOf(due.filter((one) => !this.#isLast(one)));
    const areTriggersClean = await eraseTriggers(this.#parts, { whole, butNotice }, this.#onErased);
    return areRecordsClean && areTriggersClean;
  }

  /** Whether nothing is left for those who listen. */
  #isLast({ noticeUntil }: OfCustomers): boolean {
    return noticeUntil !== undefined || this.#parts.settings.forgottenNoticeMs === 0;
  }

  /** Writes down what is left to do. */
  async #goOn(one: OfCustomers, limit: ErasureLimit, isClean: boolean): Promise<void> {
    const { world, settings, partition } = this.#parts;
    const { pending } = world.erasing;
    const now = world.clock.now();
    const from = limit.sequence + 1;
    if (!isClean) return pending.put(partition, { ...one, from });
    if (!this.#isLast(one)) {
      const noticeUntil = now + settings.forgottenNoticeMs;
      return pending.put(partition, { ...one, from, noticeUntil });
    }
    // In its place, so that it is struck off and the rest is written down at once.
    return pending.put(partition, { id: one.id, kind: 'file', since: now });
  }

  async #eraseStragglers(all: readonly OfKind<'stragglers'>[], limit: ErasureLimit): Promise<void> {
    const { world, partition, isForgotten } = this.#parts;
    const due = await this.#behind(all, limit);
    if (due.length === 0) return;
    const from = Math.min(...due.map((one) => one.from));
    const to = Math.min(limit.sequence, Math.max(...due.map((one) => one.to)));
    const found = await this.#eraser.eraseStragglers(isForgotten, [from, to]);
    await this.#dropFromStores(found);
    for (const { id } of due) await world.erasing.pending.drop(partition, id);
  }

  /** Who still wrote of them when they were forgotten may have made it anew. */
  async #dropFromStores(customers: Iterable<CustomerId>): Promise<void> {
    const { stores } = this.#parts.world.erasing;
    for (const customer of new Set(customers)) {
      for (const store of stores) await store.forget(customer);
    }
  }

  async #rewriteFile(all: readonly OfKind<'file'>[], limit: ErasureLimit): Promise<void> {
    const { world, partition, rewriting } = this.#parts;
    // Until then the outbox of a checkpoint may hold what was told of them.
    const due = all.filter(({ since }) => limit.takenAt > since + OUTBOX_MS);
    if (due.length === 0 || !(await rewriting.isDone())) return;
    for (const { id } of due) await world.erasing.pending.drop(partition, id);
  }

  readonly #onErased = (): void => {
    const { figures, partition } = this.#parts;
    this.#erased++;
    figures.erased.add(1, { partition });
  };
}

function namesOf(all: readonly OfCustomers[]): Names {
  return new Names(all.flatMap(({ customers }) => customers));
}

function isOfCustomers(one: PendingErasure): one is OfCustomers {
  return one.kind === 'customers';
}

function isOfStragglers(one: PendingErasure): one is OfKind<'stragglers'> {
  return one.kind === 'stragglers';
}

function isOfFile(one: PendingErasure): one is OfKind<'file'> {
  return one.kind === 'file';
}
