import { ShoalError } from '../../base/error.ts';
import { pause, type Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Logger } from '../ports/logger.ts';
import type { PositionStore } from '../ports/store.ts';
import { distrust, emptyBookmark, loadBookmark, saveBookmark, type Bookmark } from './bookmark.ts';
import { Feed } from './feed.ts';
import type { Figures } from './figures.ts';
import { Progress } from './progress.ts';
import { readPublished, type Published } from './published.ts';
import { TriggerLane } from './trigger-lane.ts';
import { TRIGGERS } from './triggers-stream.ts';

/*
 * One stretch of relaying, from a look at what has been published to the first doubt.
 *
 * 1. A session trusts its bookmark unless it is told not to, or `shoal-triggers` ends before it;
 *    then it goes by what `shoal-triggers` itself holds, all of it.
 * 2. While the store is away the session goes on: what could not be written down is found again in
 *    `shoal-triggers`.
 */

export interface SessionParts {
  readonly log: Log;
  readonly positions: PositionStore;
  readonly cluster: string;
  readonly partitions: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly figures: Figures;
}

/**
 * Why a session ended. `gap`: the bookmark does not fit the transitions. `doubt`: a trigger may not
 * have been stored.
 */
export type SessionEnd = 'stopped' | 'gap' | 'doubt';

const SAVE_EVERY_MS = 1_000;

/**
 * Relays until there is a doubt or the signal is aborted; nothing is under way any more then.
 *
 * @throws ShoalError (retry) when a server does not answer; every other error as it comes
 */
export async function runSession(
  parts: SessionParts,
  isTrusted: boolean,
  signal: AbortSignal,
): Promise<SessionEnd> {
  const { log, cluster, partitions, logger } = parts;
  await log.ensureStream(TRIGGERS);
  const saved = await trustedBookmark(parts, isTrusted);
  const bookmark = saved ?? emptyBookmark(partitions);
  const { end, numbers } = await readPublished(log, cluster, bookmark.scanned, signal);
  logger.info('the relay goes on', {
    behind: bookmark.scanned,
    published: end,
    partitions,
  });
  return new Session(parts, { bookmark, saved, numbers, end }).run(signal);
}

/** @returns undefined when the bookmark that is written down cannot be trusted */
async function trustedBookmark(
  { log, positions, partitions, logger }: SessionParts,
  isTrusted: boolean,
): Promise<Bookmark | undefined> {
  const saved = await loadBookmark(positions, partitions);
  const last = await log.lastSequence(TRIGGERS.name);
  if (isTrusted && saved.scanned >= 0 && saved.scanned <= last) return saved;
  const { scanned } = saved;
  logger.warn('the relay goes by what shoal-triggers holds', { bookmark: scanned, last });
  await distrust(positions);
  return undefined;
}

/** What a session begins with. */
interface Beginning extends Published {
  readonly bookmark: Bookmark;
  readonly saved: Bookmark | undefined;
}

class Session {
  readonly #parts: SessionParts;
  readonly #ending = new AbortController();
  readonly #lane: TriggerLane;
  readonly #progress: Progress;
  readonly #feeds: readonly Feed[];
  /** What is written down; undefined: nothing of use. */
  #saved: Bookmark | undefined;
  #end: SessionEnd = 'stopped';
  #failure: { readonly error: unknown } | undefined;

  constructor(parts: SessionParts, { bookmark, saved, numbers, end }: Beginning) {
    this.#parts = parts;
    this.#saved = saved;
    this.#progress = new Progress(bookmark, numbers);
    const onFailure = (error: unknown): void => this.#fail(error);
    const onDoubt = (outcome: string): void => {
      parts.logger.warn('a trigger may not have been stored', { outcome });
      this.#finish('doubt');
    };
    this.#lane = new TriggerLane({ log: parts.log, end, onDoubt, onFailure });
    const shared = { ...parts, lane: this.#lane, progress: this.#progress, onFailure };
    const onGap = (): void => this.#finish('gap');
    this.#feeds = bookmark.places.map(({ sequence, number }, partition) => {
      const known = Math.max(number, numbers.get(partition) ?? 0);
      return new Feed({ ...shared, partition, place: { sequence, number: known }, onGap });
    });
  }

  async run(signal: AbortSignal): Promise<SessionEnd> {
    const ending = AbortSignal.any([signal, this.#ending.signal]);
    while (await pause(this.#parts.clock, SAVE_EVERY_MS, ending)) await this.#save();
    await Promise.all(this.#feeds.map((feed) => feed.stop()));
    await this.#lane.settled();
    this.#lane.close();
    await this.#save();
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#end;
  }

  async #save(): Promise<void> {
    const { positions, logger } = this.#parts;
    const now = this.#progress.bookmark(this.#lane.stored);
    try {
      await saveBookmark(positions, this.#saved, now);
      this.#saved = now;
    } catch (error) {
      if (!(error instanceof ShoalError) || error.remedy !== 'retry') throw error;
      logger.warn('the relay cannot write down how far it has come', { code: error.code });
    }
  }

  #finish(end: SessionEnd): void {
    if (this.#ending.signal.aborted) return;
    this.#end = end;
    this.#ending.abort();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#ending.abort();
  }
}
